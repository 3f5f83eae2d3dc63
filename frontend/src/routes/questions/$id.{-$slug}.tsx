import { createFileRoute } from '@tanstack/react-router';
export const Route = createFileRoute('/questions/$id/{-$slug}')({ component: () => null });
