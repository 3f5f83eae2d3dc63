import { ActionIcon, Anchor, Button, Card, NavLink as MantineNavLink, Menu } from '@mantine/core';
import { createLink } from '@tanstack/react-router';

/** Words that lead somewhere. All links have Mantine's looks, the router's typed addresses, and are real ones: they open in new tabs and are read out as links. */
export const LinkText = createLink(Anchor<'a'>);
/** A link that looks like a button. */
export const LinkButton = createLink(Button.withProps({ component: 'a' }) as typeof Button<'a'>);
/** A link that looks like an icon button. */
export const LinkIcon = createLink(ActionIcon.withProps({ component: 'a' }) as typeof ActionIcon<'a'>);
/** A card that is a link as a whole. */
export const LinkCard = createLink(Card.withProps({ component: 'a' }) as typeof Card<'a'>);
/** A link of a navigation. */
export const NavLink = createLink(MantineNavLink<'a'>);
/** A link in a menu. */
export const LinkItem = createLink(Menu.Item.withProps({ component: 'a' }) as typeof Menu.Item<'a'>);
