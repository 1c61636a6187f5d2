// Opens the page that shows the API in Chromium, and tries a call on it: node docs_page.mjs http://HOST:PORT PICTURE.
import { chromium } from "playwright-core";

const [address, picture] = process.argv.slice(2);
const faults = [];
const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM,
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
const page = await browser.newPage();
page.on("console", (said) => said.type() === "error" && faults.push(said.text()));
page.on("pageerror", (error) => faults.push(String(error)));
const asked = new Set();
page.on("request", (request) => request.url().startsWith("data:") || asked.add(new URL(request.url()).origin));
await page.goto(`${address}/docs`);
const operation = page.locator("#operations-WorkforceService-WorkforceService_ListReps");
await page.locator("#operations-tag-WorkforceService").click();
await operation.click();
await operation.getByPlaceholder("tenant").fill("default");
await operation.getByRole("button", { name: "Execute" }).click();
await operation.locator(".live-responses-table .response .response-col_status").waitFor();
const answer = await operation.locator(".live-responses-table .response").innerText();
if (picture) await page.screenshot({ path: picture, fullPage: false });
console.log(JSON.stringify({ answer, faults, asked: [...asked] }));
await browser.close();
