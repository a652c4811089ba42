#!/usr/bin/env python3
"""Trains the fraud model and writes fraud.model.json beside this script.

    node scripts/fraudFeatures.mjs --data DIR --from 2018-05-08 --before 2018-07-25 --to features.bin
    python3 src/flows/fraud/model/trainFraud.py features.bin

Needs: lightgbm==4.7.0, numpy, scikit-learn (only to print figures).

Nothing from 2018-07-25 on is read: the label of a payment is known seven days later, so on 1 August, when the model is
finished, the last payments with a label are those of 24 July. Boosting learns from 8 May (the first day with full 37-day
windows) to 10 July; 11 to 24 July say when to stop and calibrate the score (Platt scaling of the log odds: J. Platt,
"Probabilistic Outputs for Support Vector Machines", 1999; with two weights only, it cannot make ties as isotonic steps do).
"""
import json
import sys
from pathlib import Path

import lightgbm
import numpy

DAY_0 = numpy.datetime64('2018-04-01')
VALIDATION_DAY = int((numpy.datetime64('2018-07-11') - DAY_0).astype(int))
LEAF = 255
EXPECTED = Path(__file__).parents[4] / 'test' / 'unit' / 'fraud.model.json'
PARAMETERS = {
    'objective': 'binary',
    'metric': 'average_precision',
    'learning_rate': 0.1,
    'num_leaves': 15,
    'min_data_in_leaf': 400,
    'feature_fraction': 0.6,
    'bagging_fraction': 0.8,
    'bagging_freq': 1,
    'lambda_l2': 30.0,
    'max_bin': 255,
    'seed': 7,
    'deterministic': True,
    'force_row_wise': True,
    'num_threads': 2,
    'verbosity': -1,
}


def read(path):
    columns = json.loads(Path(f'{path}.json').read_text())['columns']
    table = numpy.fromfile(path, dtype='<f8').reshape(-1, len(columns))
    return columns[2:], table[:, 0], table[:, 1], table[:, 2:]


def platt(raw, label):
    """Slope and intercept that maximize the likelihood, by Newton's method."""
    weights = numpy.array([1.0, 0.0])
    inputs = numpy.column_stack([raw, numpy.ones_like(raw)])
    for _ in range(50):
        probability = 1 / (1 + numpy.exp(-inputs @ weights))
        gradient = inputs.T @ (label - probability)
        curvature = (inputs * (probability * (1 - probability))[:, None]).T @ inputs
        step = numpy.linalg.solve(curvature, gradient)
        weights += step
        if numpy.abs(step).max() < 1e-10:
            break
    return weights


def short(value):
    return float(f'{value:.5g}')


def add_tree(model, tree):
    """Nodes breadth first, the two children of a node side by side; an inner node's value is the mean of its rows' leaves."""

    def mean(node):
        if 'leaf_value' in node:
            return node['leaf_value'], node.get('leaf_count', 1)
        (left, n), (right, m) = mean(node['left_child']), mean(node['right_child'])
        node['mean'] = (left * n + right * m) / (n + m)
        return node['mean'], n + m

    mean(tree)
    model['roots'].append(len(model['feature']))
    place = len(model['feature'])
    for column in ('feature', 'threshold', 'child', 'value'):
        model[column].append(0)
    waiting = [(tree, place)]
    for node, place in waiting:
        if 'leaf_value' in node:
            model['feature'][place] = LEAF
            model['value'][place] = node['leaf_value']
            continue
        assert node['decision_type'] == '<=' and node['missing_type'] == 'None', node
        left = len(model['feature'])
        for column in ('feature', 'threshold', 'child', 'value'):
            model[column].extend([0, 0])
        model['feature'][place] = node['split_feature']
        model['threshold'][place] = node['threshold']
        model['child'][place] = left
        model['value'][place] = short(node['mean'])
        waiting += [(node['left_child'], left), (node['right_child'], left + 1)]


def main(path):
    names, day, label, rows = read(path)
    late = day >= VALIDATION_DAY
    training = lightgbm.Dataset(rows[~late], label[~late], feature_name=names)
    validation = lightgbm.Dataset(rows[late], label[late], reference=training)
    booster = lightgbm.train(
        PARAMETERS, training, num_boost_round=600, valid_sets=[validation],
        callbacks=[lightgbm.early_stopping(50, verbose=False)],
    )
    raw = booster.predict(rows[late], raw_score=True)
    slope, intercept = platt(raw, label[late])
    model = {
        'format': 1,
        'about': {
            'script': Path(__file__).name,
            'data': 'Fraud Detection Handbook (simulated), by LightGBM',
            'trained': {
                'from': '2018-05-08',
                'to': '2018-07-10',
                'payments': int((~late).sum()),
                'frauds': int(label[~late].sum()),
            },
            'calibrated': {'from': '2018-07-11', 'to': '2018-07-24'},
        },
        'features': names,
        'slope': slope,
        'intercept': intercept,
        'roots': [],
        'feature': [],
        'threshold': [],
        'child': [],
        'value': [],
    }
    for tree in booster.dump_model(num_iteration=booster.best_iteration)['tree_info']:
        add_tree(model, tree['tree_structure'])
    target = Path(__file__).with_name('fraud.model.json')
    target.write_text(json.dumps(model, separators=(',', ':')) + '\n')
    report(booster, model, target)
    check((raw, label[late], rows[late]), (slope, intercept))


def report(booster, model, target):
    print(f'{len(model["roots"])} trees, {len(model["feature"])} nodes, {target.stat().st_size} bytes')
    gains = sorted(zip(booster.feature_importance('gain'), model['features']), reverse=True)
    print('gain:', ', '.join(f'{name} {gain / sum(g for g, _ in gains):.3f}' for gain, name in gains))


def check(validation, calibration):
    """Prints what the validation days say, and writes rows that the scorer's unit test must score alike."""
    from sklearn.metrics import average_precision_score, roc_auc_score

    raw, label, rows = validation
    probability = 1 / (1 + numpy.exp(-(calibration[0] * raw + calibration[1])))
    print(f'validation: AUC {roc_auc_score(label, raw):.4f}, AP {average_precision_score(label, raw):.4f}')
    edges = [0, 0.001, 0.005, 0.02, 0.05, 0.15, 0.3, 0.5, 0.7, 0.9, 0.97, 1.0001]
    for low, high in zip(edges, edges[1:]):
        inside = (probability >= low) & (probability < high)
        if inside.any():
            print(f'  said {low:.3f} to {high:.3f}: {inside.sum():7d} payments, mean {probability[inside].mean():.4f}, frauds {label[inside].mean():.4f}')
    order = numpy.argsort(raw, kind='stable')
    picked = [order[int(share * (len(raw) - 1))] for share in (0, 0.1, 0.5, 0.9, 0.99, 0.995, 1)]
    expected = [{'row': rows[at].tolist(), 'raw': raw[at], 'probability': probability[at]} for at in picked]
    EXPECTED.write_text('[\n  ' + ',\n  '.join(json.dumps(each, separators=(',', ':')) for each in expected) + '\n]\n')


if __name__ == '__main__':
    main(sys.argv[1])
