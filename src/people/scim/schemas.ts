/** What this server says of itself: RFC 7643, sections 5 to 7. */
import { ENTERPRISE, GROUP, USER } from './filter.ts';

export const LIST = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';
export const MOST_RESULTS = 200;

export const PROVIDER_CONFIG = {
  schemas: ['urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig'],
  patch: { supported: true },
  bulk: { supported: false, maxOperations: 0, maxPayloadSize: 0 },
  filter: { supported: true, maxResults: MOST_RESULTS },
  changePassword: { supported: false },
  sort: { supported: false },
  etag: { supported: false },
  authenticationSchemes: [
    {
      type: 'oauthbearertoken',
      name: 'Bearer token',
      description: 'A token that `countersign token create --directory` prints.',
      specUri: 'https://www.rfc-editor.org/info/rfc6750',
      primary: true,
    },
  ],
};

export const resourceTypes = (base: string) =>
  (
    [
      ['User', USER, [{ schema: ENTERPRISE, required: false }]],
      ['Group', GROUP, []],
    ] as const
  ).map(([name, schema, schemaExtensions]) => ({
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:ResourceType'],
    id: name,
    name,
    endpoint: `/${name}s`,
    schema,
    schemaExtensions,
    meta: { resourceType: 'ResourceType', location: `${base}/ResourceTypes/${name}` },
  }));

const one = (name: string, type: string, more: object = {}) => ({
  ...{ name, type, multiValued: false, required: false, caseExact: false },
  ...{ mutability: 'readWrite', returned: 'default', uniqueness: 'none' },
  ...more,
});
const many = (name: string, subAttributes: object[], more: object = {}) =>
  one(name, 'complex', { multiValued: true, subAttributes, ...more });

/** Only what is kept is described; what else is sent is taken and dropped. */
export const schemas = (base: string) =>
  [
    {
      ...{ id: USER, name: 'User', description: 'An account of somebody at work.' },
      attributes: [
        one('userName', 'string', { required: true, uniqueness: 'server' }),
        one('active', 'boolean'),
        one('title', 'string'),
        many('emails', [
          one('value', 'string'),
          one('type', 'string', { canonicalValues: ['work'] }),
          one('primary', 'boolean'),
        ]),
        many('groups', [one('value', 'string'), one('display', 'string')], { mutability: 'readOnly' }),
      ],
    },
    {
      ...{ id: ENTERPRISE, name: 'EnterpriseUser', description: 'Somebody’s place at work.' },
      attributes: [one('department', 'string'), one('manager', 'complex', { subAttributes: [one('value', 'string')] })],
    },
    {
      ...{ id: GROUP, name: 'Group', description: 'A group.' },
      attributes: [
        one('displayName', 'string', { required: true }),
        many('members', [
          one('value', 'string', { mutability: 'immutable' }),
          one('type', 'string', { canonicalValues: ['User'] }),
        ]),
      ],
    },
  ].map((schema) => ({
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:Schema'],
    ...schema,
    meta: { resourceType: 'Schema', location: `${base}/Schemas/${schema.id}` },
  }));
