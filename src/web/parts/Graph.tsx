import dagre from '@dagrejs/dagre';
import { useMemo } from 'react';
import { showHidden } from '../../domain/hiddenCharacters.ts';
import { cutText } from '../words/said.ts';
import { Scroll } from './Scroll.tsx';

export interface GraphNode {
  readonly id: string;
  readonly kind: string;
  readonly title: string;
  /** How it stands, in a word. */
  readonly state?: string | null;
}

export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  readonly text: string;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

const NODE = { width: 190, height: 44 };
const TITLE_CHARS = 24;
const LINE_CHARS = 120;

/** A drawing holds no elements, so hidden characters are told in the text itself. */
const shown = (text: string, charsMax: number): string => `${showHidden(cutText(text, charsMax))}${text.length > charsMax ? '…' : ''}`;

function layOut(nodes: readonly GraphNode[], edges: readonly GraphEdge[]) {
  const graph = new dagre.graphlib.Graph();
  graph.setGraph({ rankdir: 'LR', nodesep: 14, ranksep: 78, marginx: 8, marginy: 8 });
  graph.setDefaultEdgeLabel(() => ({}));
  for (const { id } of nodes) graph.setNode(id, { ...NODE });
  for (const { from, to } of edges) graph.setEdge(from, to);
  dagre.layout(graph);
  return graph;
}

interface GraphProps {
  readonly label: string;
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
  readonly chosen?: string | undefined;
  readonly onChoose?: (id: string) => void;
}

/** Boxes and arrows, laid out from left to right. The same stands below as a list, for who does not see it. */
export function Graph({ label, nodes, edges, chosen, onChoose }: GraphProps) {
  const graph = useMemo(() => layOut(nodes, edges), [nodes, edges]);
  const { width = 0, height = 0 } = graph.graph();
  return (
    <Scroll className="graph" label={label}>
      <svg
        width={width}
        height={height}
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label={`${label}: ${nodes.length} parts, ${edges.length} arrows`}
      >
        <defs>
          <marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
            <path d="M0 0 8 4 0 8z" className="arrow" />
          </marker>
        </defs>
        {edges.map(({ from, to, text }) => {
          const points = graph.edge(from, to)?.points ?? [];
          const middle = points[Math.floor(points.length / 2)];
          return (
            <g key={`${from} ${to}`}>
              <path
                className="edge"
                d={points.map(({ x, y }: Point, at: number) => `${at === 0 ? 'M' : 'L'}${x} ${y}`).join('')}
                markerEnd="url(#arrow)"
              />
              {text !== '' && middle !== undefined && (
                <text x={middle.x} y={middle.y - 4} textAnchor="middle" className="edge-text">
                  {shown(text, TITLE_CHARS)}
                </text>
              )}
            </g>
          );
        })}
        {nodes.map(({ id, kind, title, state = null }) => {
          const { x, y } = graph.node(id);
          return (
            // biome-ignore lint/a11y/noStaticElementInteractions: as above
            <g
              key={id}
              transform={`translate(${x - NODE.width / 2} ${y - NODE.height / 2})`}
              className={`node node-${kind.replaceAll(' ', '-')} ${id === chosen ? 'on' : ''}`}
              onClick={() => onChoose?.(id)}
            >
              <rect width={NODE.width} height={NODE.height} rx="6" />
              <text x="10" y="17" className="node-kind">
                {shown(state === null ? kind : `${kind}, ${state}`, TITLE_CHARS)}
              </text>
              <text x="10" y="34">
                {shown(title, TITLE_CHARS)}
              </text>
            </g>
          );
        })}
      </svg>
      <details>
        <summary>As a list</summary>
        <ul>
          {edges.map(({ from, to, text }) => (
            <li key={`${from} ${to}`}>
              {onChoose === undefined ? titleOf(nodes, from) : <NodeButton nodes={nodes} id={from} onChoose={onChoose} />} →{' '}
              {onChoose === undefined ? titleOf(nodes, to) : <NodeButton nodes={nodes} id={to} onChoose={onChoose} />}{' '}
              {shown(text, LINE_CHARS)}
            </li>
          ))}
        </ul>
      </details>
    </Scroll>
  );
}

const titleOf = (nodes: readonly GraphNode[], id: string): string => shown(nodes.find((node) => node.id === id)?.title ?? id, LINE_CHARS);

function NodeButton({ nodes, id, onChoose }: { nodes: readonly GraphNode[]; id: string; onChoose: (id: string) => void }) {
  return (
    <button type="button" className="quiet" onClick={() => onChoose(id)}>
      {titleOf(nodes, id)}
    </button>
  );
}
