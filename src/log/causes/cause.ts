/** A causal graph as it is put together: nodes by id in the order in which they are found, up to a number of them. */
import type { LogPlace } from '../read/feed.ts';

export interface CauseNode {
  readonly id: string;
  readonly kind: 'event' | 'case' | 'decision' | 'llm' | 'approval' | 'action' | 'emission';
  readonly title: string;
  readonly state: string | null;
  readonly at: string | null;
  readonly flow: string | null;
  readonly subject: string | null;
}

export interface CauseEdge {
  readonly from: string;
  readonly to: string;
  readonly text: string;
}

/** An event that followed, and from which node. */
export interface Following {
  readonly place: LogPlace;
  readonly edge: Omit<CauseEdge, 'to'>;
}

export class CauseGraph {
  readonly nodes = new Map<string, CauseNode>();
  readonly #edges = new Map<string, CauseEdge>();
  readonly #nodesMax: number;
  /** A node was left out. */
  cut = false;

  constructor(nodesMax: number) {
    this.#nodesMax = nodesMax;
  }

  get left(): number {
    return this.#nodesMax - this.nodes.size;
  }

  /** Whether it is in the graph; the number of nodes may not allow it. */
  add(node: CauseNode): boolean {
    if (this.nodes.has(node.id)) return true;
    if (this.left <= 0) {
      this.cut = true;
      return false;
    }
    this.nodes.set(node.id, node);
    return true;
  }

  /** With a node that is not in the graph, an arrow is left out. */
  join(edge: CauseEdge): void {
    this.#edges.set(`${edge.from}\n${edge.to}`, edge);
  }

  get edges(): CauseEdge[] {
    return [...this.#edges.values()].filter(({ from, to }) => this.nodes.has(from) && this.nodes.has(to));
  }
}
