/** What can be asked about actions and their receivers, for the OpenAPI document. */
import { actionsQuery } from '../../wire/action.ts';
import { pageQuery } from '../../wire/list.ts';
import type { Operation } from './openapiNames.ts';

export const ACTION_OPERATIONS: readonly Operation[] = [
  {
    method: 'get',
    path: '/v1/actions',
    summary: 'What followed from decisions; the dead letters with `state=dead`',
    scope: 'read',
    query: actionsQuery,
    answers: { 200: { description: 'A page', schema: 'ActionList' } },
  },
  {
    method: 'get',
    path: '/v1/actions/:action',
    summary: 'An action, with what every try of it sends',
    scope: 'read',
    answers: { 200: { description: 'It', schema: 'Action' } },
  },
  {
    method: 'post',
    path: '/v1/actions/:action/redrive',
    summary: 'Send a dead letter again, with the same key and bytes',
    scope: 'admin',
    answers: { 200: { description: 'It is planned again', schema: 'Action' } },
  },
  {
    method: 'get',
    path: '/v1/receivers',
    summary: 'Receivers that answered 410: nothing is sent to those that are disabled',
    scope: 'read',
    query: pageQuery,
    answers: { 200: { description: 'A page', schema: 'ReceiverList' } },
  },
  {
    method: 'post',
    path: '/v1/receivers/:receiver/enable',
    summary: 'Send to a receiver again',
    scope: 'admin',
    answers: { 200: { description: 'It is enabled', schema: 'Receiver' } },
  },
];
