// How parameters are shown: a label for each, a unit, and which are asked for at once. The plans say
// everything else; a parameter that is not known here is shown by its name.

import { Parameter } from "./parameters";

interface Look {
  label?: string;
  unit?: string;
  placeholder?: string;
  hint?: string; // instead of the plan's description, which is about every kind of plan
  first?: boolean; // asked for at once
  wide?: boolean;
}

const looks: Record<string, Look> = {
  count: { label: "Machines", hint: "All of them or none.", first: true },
  nodes: { label: "Nodes", hint: "The master included.", first: true },
  vcpus: { label: "vCPUs each", hint: "At least.", first: true },
  memory_gib: { label: "Memory each", hint: "At least.", first: true },
  disk_gib: { label: "Disk each", hint: "At least.", first: true },
  lease: { label: "Tear down after", placeholder: "never", hint: "45m, 2h, 1h30m, 3d …", first: true },
  extend: { label: "Extend by", first: true },
  from: { label: "Counted from", placeholder: "the end of then" },
  arch: { label: "Architecture", hint: "" },
  image: { label: "Image", hint: "Also an AMI id, or a slug of DigitalOcean's." },
  clouds: { label: "Clouds", hint: "None checked: any of them.", wide: true },
  regions: { label: "Regions", placeholder: "any", hint: "eu-*, nyc?, aws:us-east-1 …" },
  instance_type: { label: "Instance type", placeholder: "any", hint: "" },
  match: { label: "Match", hint: "What counts as fitting." },
  burstable: { label: "Burstable is fine", hint: "Shared processors: cheaper, and slower under constant load." },
  spread: { label: "May be spread", hint: "Over several offers, when none has room for all." },
  max_price_usd_hour: { label: "Price limit", unit: "$/h each", placeholder: "none", hint: "" },
  name: { label: "Name", hint: "For people." },
  ssh_public_key: { label: "SSH public key", placeholder: "ssh-ed25519 AAAA…", hint: "", wide: true },
  user_data: { label: "User data", placeholder: "#cloud-config", hint: "", wide: true },
  release: { label: "EMR release", placeholder: "emr-6.15.0", hint: "" },
  applications: { label: "Applications", placeholder: "Spark, Ganglia, Zeppelin", wide: true },
  idle_timeout: { label: "End when idle for", hint: "1m to 7d." },
  spot_workers: { label: "Spot workers", hint: "All nodes but the master." },
  log_uri: { label: "Logs to", placeholder: "s3://bucket/folder/", hint: "" },
  subnet: { label: "Subnet", hint: "In the one region that is named." },
  open_to: { label: "Web pages open to", placeholder: "nobody", hint: "A network: 203.0.113.0/24" },
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

export function hintOf(parameter: Parameter): string {
  return looks[parameter.name]?.hint ?? parameter.description;
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
