import './styles/tokens.css';
import './styles/base.css';
import './styles/shell.css';
import './styles/leads.css';
import './styles/person.css';
import './styles/charts.css';
import './styles/sources.css';
import './styles/ledger.css';
import './styles/figures.css';
import './styles/cases.css';
import './styles/access.css';
import './styles/reports.css';
import './styles/rules.css';
import './styles/documents.css';
import './styles/print.css';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { I18nProvider } from 'react-aria-components';
import { createRoot } from 'react-dom/client';
import { queryClient } from './client.ts';
import { router } from './router.tsx';
import './theme.ts';
import { language } from './words.ts';

function Console() {
  return (
    <I18nProvider locale={language.use()}>
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </I18nProvider>
  );
}

const place = document.getElementById('console');
if (place === null) throw new Error('index.html has no element with the id "console"');
createRoot(place).render(
  <StrictMode>
    <Console />
  </StrictMode>,
);
