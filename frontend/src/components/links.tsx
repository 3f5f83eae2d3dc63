import { ActionIcon, Anchor, Button, Card, NavLink as MantineNavLink, Menu } from '@mantine/core';
import { createLink } from '@tanstack/react-router';

/** Mantine's looks with the router's typed addresses. All are real links: they open in new tabs and are read out as links. */
export const LinkText = createLink(Anchor<'a'>);
export const LinkButton = createLink(Button.withProps({ component: 'a' }) as typeof Button<'a'>);
export const LinkIcon = createLink(ActionIcon.withProps({ component: 'a' }) as typeof ActionIcon<'a'>);
export const LinkCard = createLink(Card.withProps({ component: 'a' }) as typeof Card<'a'>);
export const NavLink = createLink(MantineNavLink<'a'>);
export const LinkItem = createLink(Menu.Item.withProps({ component: 'a' }) as typeof Menu.Item<'a'>);
