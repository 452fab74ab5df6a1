// How parameters are shown: a label for each, a unit, and which are asked for at once. The plans say
// everything else; a parameter that is not known here is shown by its name.

import { Parameter } from "./parameters";

interface Look {
  label?: string;
  unit?: string;
  placeholder?: string;
  first?: boolean; // asked for at once
  wide?: boolean;
}

const looks: Record<string, Look> = {
  count: { label: "Machines", first: true },
  nodes: { label: "Nodes", first: true },
  vcpus: { label: "vCPUs each", first: true },
  memory_gib: { label: "Memory each", first: true },
  disk_gib: { label: "Disk each", first: true },
  lease: { label: "Tear down after", placeholder: "never; 2h, 3d …", first: true },
  by: { label: "Extend by", placeholder: "2h", first: true },
  arch: { label: "Architecture" },
  image: { label: "Image" },
  clouds: { label: "Clouds", wide: true },
  regions: { label: "Regions", placeholder: "any; eu-*, nyc?" },
  instance_type: { label: "Instance type", placeholder: "any" },
  match: { label: "Match" },
  burstable: { label: "Burstable processors are fine" },
  spread: { label: "May lie on several offers" },
  max_price_usd_hour: { label: "Price limit", unit: "$/h each", placeholder: "none" },
  name: { label: "Name" },
  ssh_public_key: { label: "SSH public key", placeholder: "ssh-ed25519 AAAA…", wide: true },
  user_data: { label: "User data", placeholder: "#cloud-config", wide: true },
  release: { label: "EMR release" },
  applications: { label: "Applications" },
  idle_timeout: { label: "End when idle for" },
  spot_workers: { label: "Spot workers" },
  log_uri: { label: "Logs to", placeholder: "s3://bucket/folder/" },
  subnet: { label: "Subnet" },
  open_to: { label: "Open to", placeholder: "nobody; 203.0.113.0/24" },
};

const units: [RegExp, string][] = [
  [/_gib$/, "GiB"],
  [/_usd_hour$/, "$/h"],
  [/_usd$/, "$"],
  [/_seconds$/, "s"],
  [/_percent$/, "%"],
];

const words: Record<string, string> = {
  aws: "AWS",
  digitalocean: "DigitalOcean",
  x86_64: "x86-64",
  arm64: "ARM64",
  at_least: "At least as large",
  closest: "Closest shape",
  exact: "Exactly this shape",
};

const longText = 1000;

export function labelOf(name: string): string {
  const known = looks[name]?.label;
  if (known) return known;
  const text = name.replace(/_(gib|usd_hour|usd|seconds|percent)$/, "").replace(/_/g, " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export function unitOf(name: string): string | undefined {
  return looks[name]?.unit ?? units.find(([ending]) => ending.test(name))?.[1];
}

export function placeholderOf(parameter: Parameter): string {
  if (parameter.defaults.length > 0) return parameter.defaults.join(", ");
  return looks[parameter.name]?.placeholder ?? (parameter.required ? "" : "any");
}

export function wordOf(value: string): string {
  return words[value] ?? value;
}

export function isFirst(parameter: Parameter): boolean {
  return looks[parameter.name]?.first ?? parameter.required;
}

export function isLong(parameter: Parameter): boolean {
  return !parameter.many && parameter.allowed.length === 0 && (parameter.maxSize ?? 0) > longText;
}

export function isWide(parameter: Parameter): boolean {
  return looks[parameter.name]?.wide ?? isLong(parameter);
}
