import { ActionIcon, Anchor, Button, Card, NavLink as MantineNavLink } from '@mantine/core';
import { createLink } from '@tanstack/react-router';

/** Mantine's looks with the router's typed addresses. */
export const LinkText = createLink(Anchor<'a'>);
export const LinkButton = createLink(Button<'a'>);
export const LinkIcon = createLink(ActionIcon<'a'>);
export const LinkCard = createLink(Card<'a'>);
export const NavLink = createLink(MantineNavLink<'a'>);
