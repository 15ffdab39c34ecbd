// Counts the rows of docs/features.md that are proven: npm run features
import { features, provenCount, workingTree } from './features/repository.ts';
import { faultsOf } from './features/table.ts';

const rows = features();
for (const row of rows) for (const fault of faultsOf(row, workingTree)) console.error(fault);
console.log(`${provenCount(rows)} of ${rows.length} rows proven`);
