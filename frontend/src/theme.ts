import {
  Anchor,
  Badge,
  Button,
  Card,
  createTheme,
  Drawer,
  Fieldset,
  type MantineColorsTuple,
  Modal,
  Table,
  Title,
  Tooltip,
} from '@mantine/core';

const brand: MantineColorsTuple = [
  '#effcf9',
  '#d8f6ef',
  '#aeecdf',
  '#7fe0cd',
  '#52cfb9',
  '#2fb6a1',
  '#1f9a89',
  '#0f766e',
  '#115e59',
  '#134e4a',
];

// A dialog's <header> is not a second banner of the page.
const plainHeader = { header: { role: 'presentation' } };
const dialogTitle = { title: { fontSize: 'var(--mantine-font-size-lg)', fontWeight: 650 } };

/** One design for customers and staff. Shades are dark enough for white text (WCAG 1.4.3). */
export const theme = createTheme({
  colors: { brand },
  primaryColor: 'brand',
  primaryShade: { light: 7, dark: 7 },
  autoContrast: true,
  defaultRadius: 'md',
  cursorType: 'pointer',
  fontFamily: 'Inter, ui-sans-serif, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif',
  headings: { fontWeight: '650' },
  components: {
    Anchor: Anchor.extend({ defaultProps: { underline: 'hover' } }),
    Badge: Badge.extend({ defaultProps: { variant: 'light', radius: 'sm' }, styles: { label: { textTransform: 'none' } } }),
    Button: Button.extend({ defaultProps: { loaderProps: { type: 'dots' } } }),
    Card: Card.extend({ defaultProps: { withBorder: true, padding: 'md' } }),
    Drawer: Drawer.extend({ defaultProps: { attributes: plainHeader }, styles: dialogTitle }),
    Fieldset: Fieldset.extend({ styles: { legend: { fontWeight: 600 } } }),
    Modal: Modal.extend({ defaultProps: { attributes: plainHeader }, styles: dialogTitle }),
    Table: Table.extend({ defaultProps: { verticalSpacing: 'xs' } }),
    Title: Title.extend({ defaultProps: { textWrap: 'balance' } }),
    // What does not fit beside a narrow page's edge is written in more lines.
    Tooltip: Tooltip.extend({ defaultProps: { multiline: true, maw: 'min(320px, 90vw)' } }),
  },
});
