import type { StatementLine } from '@regulars/client';

/** The account of the member's points that a movement changed most visibly. */
export function changeOf(line: StatementLine) {
  for (const account of ['available', 'arrears', 'pending', 'reserved'] as const) {
    if (line[account] !== 0) return { account, points: line[account] };
  }
  return { account: 'available' as const, points: 0 };
}

const totalOf = ({ available, pending, reserved, arrears }: StatementLine) => available + pending + reserved + arrears;

/** How many points a movement's sentence tells of. */
export function pointsOf(line: StatementLine): number {
  switch (line.kind) {
    case 'earn':
      return line.pending > 0 ? line.pending : line.available + line.arrears;
    case 'hold':
      return line.reserved;
    case 'redeem':
      return Math.abs(line.reserved + line.available);
    case 'repay':
      return line.arrears;
    case 'transfer':
      return Math.abs(totalOf(line));
    case 'activate':
    case 'expire':
    case 'release':
    case 'refund':
      return Math.abs(line.available);
    default:
      return Math.abs(line.available + line.pending + line.arrears);
  }
}

/** Which sentence tells of a movement. */
export function sentenceOf(line: StatementLine) {
  const { kind, pending, available } = line;
  if (kind === 'clawback' && pointsOf(line) === 0) return 'clawback_expired';
  if (kind === 'earn' && pending > 0) return 'earn_pending';
  if (kind === 'adjust' && available < 0) return 'adjust_down';
  if (kind === 'transfer' && totalOf(line) < 0) return 'transfer_away';
  return kind;
}
