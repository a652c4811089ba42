/** Kubernetes manifests, held against their schemas and against what the build takes. No cluster runs here: docs/scaling.md says so. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ScaledObject } from '@kubernetes-models/keda/keda.sh/v1alpha1/ScaledObject';
import { Deployment } from 'kubernetes-models/apps/v1/Deployment';
import { Job } from 'kubernetes-models/batch/v1/Job';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1/PodDisruptionBudget';
import { ConfigMap } from 'kubernetes-models/v1/ConfigMap';
import { Service } from 'kubernetes-models/v1/Service';
import { ServiceAccount } from 'kubernetes-models/v1/ServiceAccount';
import { parse, parseAllDocuments } from 'yaml';
import { program } from '../../src/cli/program.ts';
import { QUEUES } from '../../src/domain/temporalNames.ts';
import { SETTINGS } from '../../src/settings/config.ts';

const BASE = 'deploy/kubernetes/base';
const API = {
  ...{ Deployment, Job, PodDisruptionBudget, ConfigMap, Service, ServiceAccount, ScaledObject },
};
const MODULES: Readonly<Record<keyof typeof API, string>> = {
  Deployment: 'kubernetes-models/apps/v1/Deployment',
  Job: 'kubernetes-models/batch/v1/Job',
  PodDisruptionBudget: 'kubernetes-models/policy/v1/PodDisruptionBudget',
  ConfigMap: 'kubernetes-models/v1/ConfigMap',
  Service: 'kubernetes-models/v1/Service',
  ServiceAccount: 'kubernetes-models/v1/ServiceAccount',
  ScaledObject: '@kubernetes-models/keda/keda.sh/v1alpha1/ScaledObject',
};

interface Probe {
  readonly httpGet: { readonly path: string; readonly port: string };
}
interface Container {
  readonly args: string[];
  readonly ports?: { readonly name: string; readonly containerPort: number }[];
  readonly env?: { readonly name: string }[];
  readonly securityContext: object;
  readonly startupProbe?: Probe;
  readonly livenessProbe?: Probe;
  readonly readinessProbe?: Probe;
}
interface Pod {
  readonly metadata: { readonly labels: Record<string, string> };
  readonly spec: { readonly securityContext: { readonly runAsNonRoot: boolean }; readonly containers: Container[] };
}
interface Manifest {
  readonly kind: keyof typeof API;
  readonly metadata: { readonly name: string };
  // as YAML gives it; each kind reads its own
  readonly spec: never;
  readonly data: Record<string, string>;
}

const listed = (parse(readFileSync(`${BASE}/kustomization.yaml`, 'utf8')) as { resources: string[] }).resources;
const manifests = listed.flatMap((file) =>
  parseAllDocuments(readFileSync(join(BASE, file), 'utf8')).map((document) => document.toJS() as Manifest),
);
const named = (kind: string, name: string): Manifest => {
  const found = manifests.find((manifest) => manifest.kind === kind && manifest.metadata.name === name);
  if (found === undefined) throw new Error(`no ${kind} ${name}`);
  return found;
};
const podOf = ({ spec }: Manifest): Pod => (spec as { template: Pod }).template;
const pods = manifests.filter(({ kind }) => kind === 'Deployment' || kind === 'Job').map(podOf);

describe('deploy/kubernetes/base', () => {
  it('lists each of its files', () => {
    expect(listed.toSorted()).toEqual(
      readdirSync(BASE)
        .filter((file) => file !== 'kustomization.yaml')
        .toSorted(),
    );
  });

  it.each(manifests.map((manifest) => [`${manifest.kind} ${manifest.metadata.name}`, manifest] as const))(
    '%s fits its schema',
    (_name, manifest) => {
      const One = API[manifest.kind] as unknown as new (data: object) => { validate(): void };
      const { kind: _kind, ...data } = manifest;
      expect(() => new One(data).validate()).not.toThrow();
    },
  );

  it('names no field that its type does not have, which the schemas let through', () => {
    const folder = mkdtempSync(join(process.cwd(), 'node_modules/.manifests-'));
    try {
      const lines = manifests.map(({ kind, ...rest }, at) => {
        const { apiVersion: _version, ...data } = rest as Manifest & { apiVersion: string };
        return `import type { I${kind} as K${at} } from '${MODULES[kind]}';\nexport const m${at}: Omit<K${at}, 'apiVersion' | 'kind'> = ${JSON.stringify(data)};`;
      });
      const check = (text: string): string => {
        writeFileSync(join(folder, 'all.ts'), text);
        const options = ['--ignoreConfig', '--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--types', ''];
        try {
          execFileSync(process.execPath, ['node_modules/typescript/bin/tsc', ...options, join(folder, 'all.ts')], { encoding: 'utf8' });
          return '';
        } catch (error) {
          return (error as { stdout: string }).stdout;
        }
      };
      expect(check(lines.join('\n'))).toBe('');
      expect(check(lines.join('\n').replace('"readinessProbe"', '"readinesProbe"'))).toContain('readinesProbe');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('selects the pods that it makes', () => {
    for (const name of ['ingress', 'worker']) {
      const deployment = named('Deployment', `signalbox-${name}`);
      const { matchLabels } = (deployment.spec as { selector: { matchLabels: object } }).selector;
      expect(podOf(deployment).metadata.labels).toMatchObject(matchLabels);
      expect((named('PodDisruptionBudget', `signalbox-${name}`).spec as { selector: object }).selector).toEqual({ matchLabels });
    }
    const { selector, ports } = named('Service', 'signalbox').spec as { selector: object; ports: { port: number; targetPort: string }[] };
    const ingress = podOf(named('Deployment', 'signalbox-ingress'));
    expect(ingress.metadata.labels).toMatchObject(selector);
    expect(ingress.spec.containers[0]?.ports).toEqual([{ name: ports[0]?.targetPort, containerPort: ports[0]?.port }]);
  });

  it('runs verbs of this build, with settings that it has', () => {
    const verbs = program().commands.map((command) => command.name());
    for (const { spec } of pods)
      for (const { args, env = [] } of spec.containers) {
        expect(verbs).toContain(args[0]);
        for (const { name } of env) expect(SETTINGS).toContain(name);
      }
    for (const name of Object.keys(named('ConfigMap', 'signalbox').data)) expect(SETTINGS).toContain(name);
    expect(named('ConfigMap', 'signalbox').data.PORT).toBe('8080');
  });

  it('probes what answers, at ports that are there', () => {
    const paths = { ingress: ['/healthz', '/healthz', '/readyz'], worker: ['/metrics', '/metrics', '/metrics'] };
    for (const [name, wanted] of Object.entries(paths)) {
      const [container] = podOf(named('Deployment', `signalbox-${name}`)).spec.containers;
      const probes = [container?.startupProbe, container?.livenessProbe, container?.readinessProbe];
      expect(probes.map((probe) => probe?.httpGet.path)).toEqual(wanted);
      for (const probe of probes) expect(container?.ports?.map((port) => port.name)).toContain(probe?.httpGet.port);
    }
  });

  it('lets no pod run as root, write to its own files or gain rights', () => {
    for (const { spec } of pods) {
      expect(spec.securityContext.runAsNonRoot).toBe(true);
      for (const { securityContext } of spec.containers)
        expect(securityContext).toEqual({ allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } });
    }
  });

  it('scales workers by the queues that there are, down to one at least', () => {
    const { minReplicaCount, scaleTargetRef, triggers } = named('ScaledObject', 'signalbox-worker').spec as {
      minReplicaCount: number;
      scaleTargetRef: { name: string };
      triggers: { type: string; metadata: Record<string, string> }[];
    };
    expect([minReplicaCount, named('Deployment', scaleTargetRef.name).kind]).toEqual([1, 'Deployment']);
    const queues = triggers.filter(({ type }) => type === 'temporal').map(({ metadata }) => metadata.taskQueue);
    expect(queues.toSorted()).toEqual(Object.values(QUEUES).toSorted());
    const [mail] = triggers.filter(({ type }) => type === 'metrics-api');
    expect(mail?.metadata.valueLocation).toBe('backlog.events');
    expect(triggers).toHaveLength(4);
  });
});
