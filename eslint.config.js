import tseslint from 'typescript-eslint';

const printing = [
  'packages/ocelli/src/cli/**',
  'packages/*/scripts/**',
  'recipes/**',
  'benchmarks/**',
  'scripts/**',
];

// PyTorch's positional signatures: kept as everybody knows them.
const positional = [
  'packages/torch/src/tensor*.ts',
  'packages/torch/src/dispatch*.ts',
  'packages/torch/src/native.ts',
  'packages/torch/src/functional/**',
  'packages/torch/scripts/generateAten.ts',
  '**/*.test.ts', // rows of a table of cases
  'packages/*/test/**',
];

export default tseslint.config(
  {
    ignores: [
      '**/dist/**',
      '**/build/**',
      '**/*.{js,mjs}',
      '**/*.d.mts',
      '**/*.generated.ts',
      'docs/api/**',
      'runs/**',
      '.ocelli/**',
    ],
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.base],
    languageOptions: {
      parserOptions: { project: './tsconfig.json', tsconfigRootDir: import.meta.dirname },
    },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-explicit-any': 'error',
      'max-params': ['error', 3],
      'no-console': 'error',
      'no-control-regex': 'error',
      'no-var': 'error',
      'prefer-const': 'error',
      eqeqeq: 'error',
    },
  },
  { files: printing, rules: { 'no-console': 'off' } },
  { files: positional, rules: { 'max-params': 'off' } },
  {
    files: ['packages/torch/src/native.ts', 'packages/torch/src/dispatch*.ts'],
    rules: { '@typescript-eslint/no-explicit-any': 'off' },
  },
);
