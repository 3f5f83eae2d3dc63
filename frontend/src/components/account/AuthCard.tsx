import { Card, Center, Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { DocumentTitle } from '../DocumentTitle';

/** The frame of the pages to sign in and to sign up. */
export function AuthCard({ title, description, children }: { title: string; description: string; children: ReactNode }) {
  return (
    <Center py={{ base: 0, sm: 'xl' }}>
      <Card w="100%" maw={440} p={{ base: 'lg', sm: 32 }} shadow="xs">
        <DocumentTitle title={title} />
        <Stack gap="lg">
          <Stack gap={6}>
            <img src="/favicon.svg" width={40} height={40} alt="" />
            <Title order={1} size="h2" mt={8}>
              {title}
            </Title>
            <Text c="dimmed">{description}</Text>
          </Stack>
          {children}
        </Stack>
      </Card>
    </Center>
  );
}
