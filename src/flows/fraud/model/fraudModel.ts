/** The trained fraud model, read once; `trainFraud.py` beside it made the file. */
import { readFileSync } from 'node:fs';
import { TreeEnsemble } from '../../../kit/treeEnsemble.ts';

export const fraudModel = new TreeEnsemble(JSON.parse(readFileSync(new URL('./fraud.model.json', import.meta.url), 'utf8')));
