import { createFileRoute } from '@tanstack/react-router';
export const Route = createFileRoute('/members/$handle')({ component: () => null });
