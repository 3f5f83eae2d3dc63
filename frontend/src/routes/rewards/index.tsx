import { createFileRoute } from '@tanstack/react-router';
export const Route = createFileRoute('/rewards/')({ component: () => null });
