// A client of another maker, typed by the same document: node client.js URL KEY CUSTOMER
import createClient from "openapi-fetch";
import type { paths } from "./.build/openapi.js";

declare const process: { argv: string[]; exit(code: number): never };
declare const console: { log(text: string): void; error(text: string): void };

const [url, apiKey, customerId] = process.argv.slice(2);

const auth = await fetch(`${url}/auth`, {
  method: "POST",
  headers: {
    "Content-Type": "application/x-www-form-urlencoded",
    "Api-Key": apiKey,
    "Customer-Id": customerId,
  },
});
const { access_token: token } = (await auth.json()) as { access_token: string };

const client = createClient<paths>({ baseUrl: url, headers: { Authorization: `Bearer ${token}` } });

const { data, error, response } = await client.POST("/onboarding/createSessionLink", {
  body: {
    email: "user@example.com",
    phoneNumber: "+436769556026",
    redirectUrl: "https://example.com/onboarding/success",
    docUrl: "https://example.com/contract.pdf",
    signForms: [{ fieldId: "Signature1", actorId: "userToIdentify" }],
    fillForm: [{ fieldId: "name", value: "${identification.firstName}" }],
  },
});
if (error !== undefined) {
  console.error(`${response.status} ${error.message}`);
  process.exit(1);
}

const refused = await client.POST("/onboarding/createSessionLink", {
  body: { email: "nobody", phoneNumber: "0", redirectUrl: "-", docUrl: "-" },
});
console.log(JSON.stringify({ link: data.data, refusal: { status: refused.response.status, message: refused.error?.message } }));
