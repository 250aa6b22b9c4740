import { startBrowsing } from './browse.js';
import { watchCharts } from './charts.js';
import { drawCorrelation } from './correlation.js';
import { drawFound } from './found.js';
import { drawAccount, drawTables } from './tables.js';
import { drawMix, drawWhere } from './where.js';

drawAccount();
drawFound();
drawWhere();
drawMix();
drawTables();
drawCorrelation();
watchCharts();
// the findings stand behind this script: the first view is there before they are read
document.addEventListener('DOMContentLoaded', () =>
  requestAnimationFrame(() => setTimeout(startBrowsing, 0)),
);
