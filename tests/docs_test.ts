// The pages lead where they say: links, headings, and files that are named.

import { assert, assertEquals } from "@std/assert";

const ROOT = new URL("../", import.meta.url);
const MAY_READ = Deno.permissions.querySync({ name: "read", path: ROOT }).state === "granted";
const PAGES = MAY_READ ? ["./", "docs/", "tests/", ".github/"].flatMap(pagesIn) : [];

function test(fact: string, fn: () => void): void {
  Deno.test({ name: `${fact} (needs --allow-read)`, ignore: !MAY_READ, fn });
}

test("the pages are there to be looked at", () => {
  for (const page of ["README.md", "CONTRIBUTING.md", "SECURITY.md", "docs/glossary.md", "tests/README.md"]) {
    assert(PAGES.includes(page), page);
  }
});

test("every link between pages leads to a file, and to a heading of it", () => {
  assertEquals(PAGES.flatMap((page) => linksOf(page).filter((link) => !leadsSomewhere(page, link))), []);
});

test("README.md has at most 120 lines, and links to the rest", () => {
  assertEquals(read("README.md").split("\n").length - 1 <= 120, true);
});

test("docs/README.md names every page of docs/", () => {
  const index = read("docs/README.md");
  const pages = PAGES.filter((page) => page.startsWith("docs/") && page !== "docs/README.md");
  assertEquals(pages.filter((page) => !index.includes(`(${page.slice("docs/".length)})`)), []);
});

test("every file that a page names by its path, from the root or from the page, is there", () => {
  const missing = PAGES.flatMap((page) => {
    const folder = page.slice(0, page.lastIndexOf("/") + 1);
    const paths = [...read(page).matchAll(/`((?:lib|tests|scripts|docs|packaging)\/[\w/.-]+\.\w+)`/g)];
    const missing = paths.map(([, path]) => path!).filter((path) => !isThere(path) && !isThere(`${folder}${path}`));
    return missing.map((path) => `${page}: ${path}`);
  });
  assertEquals(missing, []);
});

test("every file that the glossary names is there", () => {
  const cells = read("docs/glossary.md").split("\n").filter((line) => line.startsWith("|"))
    .flatMap((line) => [...line.split("|").at(-2)!.matchAll(/`([\w/.]+\.ts)`/g)].map(([, path]) => path!));
  assert(cells.length > 80);
  assertEquals(cells.filter((path) => !isThere(path.startsWith("tests/") ? path : `lib/${path}`)), []);
});

test("headingsOf() finds them as GitHub names them", () => {
  assertEquals([...headingsOf("## Without `--resolver`\n```\n# no heading\n```\n### Where to add …\n## A, b: c\n")], [
    "without---resolver",
    "where-to-add-",
    "a-b-c",
  ]);
});

function pagesIn(folder: string): string[] {
  const names = [...Deno.readDirSync(new URL(folder, ROOT))].map(({ name }) => `${folder}${name}`.replace("./", ""));
  return names.filter((name) => name.endsWith(".md")).sort();
}

/** The targets of a page's links to other pages and headings. Code is left out: it shows links of other things. */
function linksOf(page: string): string[] {
  const text = withoutBlocks(read(page)).replaceAll(/(`+)(?!`).*?\1/g, "code");
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!).filter((target) =>
    !target.includes("://")
  );
}

function leadsSomewhere(page: string, link: string): boolean {
  const [path, heading] = link.split("#") as [string, string | undefined];
  const target = path === "" ? page : new URL(path, new URL(page, "file:///")).pathname.slice(1);
  if (!isThere(target)) return false;
  return heading === undefined || headingsOf(read(target)).has(heading);
}

/** GitHub's names: lower case, letters, digits, hyphens and blanks, which become hyphens. */
function headingsOf(text: string): Set<string> {
  const headings = [...withoutBlocks(text).matchAll(/^#+ (.*)$/gm)].map(([, heading]) => heading!);
  return new Set(headings.map((heading) => {
    return heading.toLowerCase().replaceAll(/[^\p{L}\p{N}_ -]/gu, "").replaceAll(" ", "-");
  }));
}

function withoutBlocks(text: string): string {
  return text.replaceAll(/^```.*?^```/gms, "");
}

function isThere(path: string): boolean {
  try {
    Deno.statSync(new URL(path, ROOT));
    return true;
  } catch {
    return false;
  }
}

function read(path: string): string {
  return Deno.readTextFileSync(new URL(path, ROOT));
}
