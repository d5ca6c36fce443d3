import type { DocumentLevel } from '../api.ts';

/** Draws the mark of a document's level around 0,0: one shape per level, so that colour is never alone. */
export function markPath(level: DocumentLevel, size: number): string {
  const s = size;
  switch (level) {
    case 'unknown':
      return `M${-s * 0.55} 0a${s * 0.55} ${s * 0.55} 0 1 0 ${s * 1.1} 0a${s * 0.55} ${s * 0.55} 0 1 0 ${-s * 1.1} 0Z`;
    case 'public':
      return `M${-s} 0H${s}M0 ${-s}V${s}`;
    case 'internal':
      return `M${-s * 0.8} ${-s * 0.8}h${s * 1.6}v${s * 1.6}h${-s * 1.6}Z`;
    case 'confidential':
      return `M0 ${-s * 1.15}L${s * 1.15} 0L0 ${s * 1.15}L${-s * 1.15} 0Z`;
    case 'secret':
      return `M0 ${-s * 1.1}L${s * 1.15} ${s * 0.9}H${-s * 1.15}Z`;
    case 'top_secret':
      return `M${-s * 0.5} ${-s * 1.2}h${s}L${s * 1.2} ${-s * 0.5}v${s}L${s * 0.5} ${s * 1.2}h${-s}L${-s * 1.2} ${s * 0.5}v${-s}Z`;
  }
}

/** Marks drawn as lines, not as filled shapes. */
export const isOpenMark = (level: DocumentLevel) => level === 'public' || level === 'unknown';
