/** A 404 that says what is missing, and repeats nothing that was sent. What another tenant has gets the same words as what never was. */
import { SignalboxError } from '../../domain/errors.ts';

/** Kinds by the form of their ids: who sends another kind's id sees it. */
const ID_FORMS = {
  event: 'evt_fraud.17',
  decision: 'dec_fraud.17.0',
  approval: 'apr_fraud.17.0',
  action: 'act_fraud.17.release',
  receiver: 'rcv_0f1e2d3c4b5a6978',
} as const;

/** Whether a path's parameter of this name is an id of such a kind. */
export const isIdKind = (name: string): name is keyof typeof ID_FORMS => Object.hasOwn(ID_FORMS, name);

export const notFound = (what: keyof typeof ID_FORMS): SignalboxError =>
  new SignalboxError('not-found', `There is no such ${what}: ids look like ${ID_FORMS[what]}`);

export const noSuchFlow = (): SignalboxError => new SignalboxError('not-found', 'There is no such flow: GET /v1/flows lists them');
