import { createFileRoute } from '@tanstack/react-router';
export const Route = createFileRoute('/questions/')({ component: () => null });
