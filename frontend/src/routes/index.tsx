import { createFileRoute } from '@tanstack/react-router';
import { PageHead } from '~/components/PageHead';
export const Route = createFileRoute('/')({ component: () => <PageHead title="Home" /> });
