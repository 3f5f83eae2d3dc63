import { createFileRoute } from '@tanstack/react-router';
export const Route = createFileRoute('/_member/settings/$part')({ component: () => null });
