import { z } from 'zod';
import { FAULTS, type FaultCode } from '../base/fault.ts';
import { isUnsafe } from './guard.ts';
import type { Route } from './route.ts';

/** The API description (OpenAPI 3.1), made from the routes themselves, so that it cannot fall behind them. */
export function openApi(routes: readonly Route[], version: string): object {
  const paths: Record<string, Record<string, object>> = {};
  for (const route of routes) {
    const path = route.path.replaceAll(/:([a-z_]+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Countersign', version, license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
    paths,
    components: {
      securitySchemes: {
        session: { type: 'apiKey', in: 'cookie', name: 'countersign_session' },
        shipper: { type: 'http', scheme: 'bearer' },
        csrf: { type: 'apiKey', in: 'header', name: 'X-CSRF-Token' },
      },
      schemas: { Problem: PROBLEM },
    },
  };
}

const PROBLEM = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail', 'code', 'hint', 'instance'],
  properties: {
    type: { type: 'string', format: 'uri' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    code: { type: 'string', enum: Object.keys(FAULTS) },
    hint: { type: 'string' },
    instance: { type: 'string', format: 'uri' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['field', 'detail'],
        properties: { field: { type: 'string' }, detail: { type: 'string' } },
      },
    },
  },
};

function operation(route: Route): object {
  const { audience } = route;
  return {
    summary: route.summary,
    operationId: operationId(route),
    parameters: [...parameters('path', route.params), ...parameters('query', route.query)],
    ...(route.body === null ? {} : { requestBody: { required: true, content: json(route.body, 'input') } }),
    responses: { ...success(route), ...failures(route) },
    security: securityOf(route),
    'x-audience': audience,
    ...(route.stepUp === true ? { 'x-step-up': true } : {}),
  };
}

function securityOf({ audience, method }: Route): object[] {
  if (audience === 'public') return [];
  if (audience === 'shipper') return [{ shipper: [] }];
  return [{ session: [], ...(isUnsafe(method) ? { csrf: [] } : {}) }];
}

function operationId({ method, path }: Route): string {
  const words = path.split(/[^A-Za-z_]+/).filter((word) => word !== '' && word !== 'api');
  return [method.toLowerCase(), ...words].join('_');
}

function parameters(place: 'path' | 'query', object: z.ZodObject): object[] {
  const { properties = {}, required = [] } = schema(object, 'input') as {
    properties?: Record<string, object>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, value]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: value,
  }));
}

function success(route: Route): object {
  if (route.response instanceof z.ZodVoid) return { 204: { description: 'Done' } };
  return { 200: { description: 'Done', content: json(route.response, 'output') } };
}

function failures(route: Route): object {
  const codes: FaultCode[] = ['invalid-input', 'defect'];
  if (route.audience !== 'public') codes.push('sign-in-required', 'forbidden');
  if (isUnsafe(route.method) && route.audience !== 'shipper') codes.push('forged-request');
  if (route.stepUp === true) codes.push('step-up-required');
  if (route.path.includes(':')) codes.push('not-found');
  const content = { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } };
  const statuses = new Set(codes.map((code) => FAULTS[code].status));
  return Object.fromEntries(
    [...statuses].map((status) => [
      status,
      { description: codes.filter((code) => FAULTS[code].status === status).join(', '), content },
    ]),
  );
}

function json(type: z.ZodType, io: 'input' | 'output'): object {
  return { 'application/json': { schema: schema(type, io) } };
}

function schema(type: z.ZodType, io: 'input' | 'output'): object {
  const { $schema: _, ...rest } = z.toJSONSchema(type, { io, unrepresentable: 'any' });
  return rest;
}
