// Charts and their stylesheet in one module, so that both load with the pages that draw them and with no other.
import '@mantine/charts/styles.layer.css';

export { AreaChart, BarChart, LineChart } from '@mantine/charts';
