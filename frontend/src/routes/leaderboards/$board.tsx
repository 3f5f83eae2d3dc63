import { createFileRoute } from '@tanstack/react-router';
export const Route = createFileRoute('/leaderboards/$board')({ component: () => null });
