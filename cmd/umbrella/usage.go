package main

const usage = `umbrella opens QES signing sessions with the Umbrella API.

  umbrella link     create one session link
  umbrella mock     serve a mock of the API, for tests
  umbrella spec     print the OpenAPI document of the API
  umbrella version  print the version
  umbrella help     print this, or what a command takes: umbrella help link

Try it without credentials: umbrella link --mock

Exit codes: 0 done, 1 the call failed, 2 the command line, the request or the
configuration is wrong and nothing was sent.
`

const linkUsage = `umbrella link creates one session link and prints its URL, expiry and request id.

  umbrella link --mock
  umbrella link --server sandbox --email a@example.com --phone +436508021530 \
      --redirect-url https://example.com/done --doc-url https://example.com/doc.pdf
  umbrella link --server sandbox --file request.json

The request, required but for --sign and --fill:
  --email ADDRESS        the signer's e-mail address
  --phone NUMBER         the signer's phone number, E.164: +436508021530
  --redirect-url URL     where the signer goes after signing
  --doc-url URL          the PDF to sign, public, https
  --sign FIELD=ACTOR     a signature field of the PDF and who signs it; repeatable
  --fill FIELD=VALUE     a text field of the PDF and its text; repeatable
  --file FILE            the request as JSON, "-" for standard input; flags may add
                         fields that it lacks; a field unknown to the API is an error

Where it goes:
  --server SERVER        production, sandbox or a base URL; else UMBRELLA_SERVER
  --mock                 a mock server inside this process: no credentials needed, no
                         real session; without --file, fields that no flag gives
                         have the values of the document's example

Output:
  --json                 the session link as one JSON object

Credentials come from the environment only: UMBRELLA_API_KEY and
UMBRELLA_CUSTOMER_ID, or UMBRELLA_TOKEN. Each call to a real server opens a
session that the API may bill.
`

const mockUsage = `umbrella mock serves a mock of the Umbrella API until it gets SIGINT or SIGTERM.

  umbrella mock --addr 127.0.0.1:8080 --api-key key --customer-id customer

Once it serves it prints one line: {"url":…,"apiKey":…,"customerId":…}. Its links
lead to a page with the buttons Sign, Decline, Let expire and Fail, and
http://127.0.0.1:8080/__mock/ shows what it has got. With curl:

  token=$(curl -s -X POST http://127.0.0.1:8080/auth -H 'Api-Key: key' \
      -H 'Customer-Id: customer' | sed 's/.*"access_token":"\([^"]*\)".*/\1/')
  curl http://127.0.0.1:8080/onboarding/createSessionLink \
      -H "Authorization: Bearer $token" -H 'Content-Type: application/json' \
      -d '{"email":"a@example.com","phoneNumber":"+436508021530",
           "redirectUrl":"https://example.com/done",
           "docUrl":"https://example.com/doc.pdf"}'

Where it listens:
  --addr HOST:PORT         where to listen; 127.0.0.1:0, the default, is a free port
                           that only this machine reaches
  --base-path PATH         before /auth and the operations: /api/services
  --tls                    serve https with a throw-away certificate for localhost;
                           "ca" in the line is the file with its CA's certificate
  --cors-origin ORIGIN     let pages of http://localhost:5173, say, call it; repeatable
  --allow-host NAME        a host, beside loopback ones, for which /__mock/ answers
                           and from which --fetch-pdf fetches; repeatable

What it does:
  --api-key KEY, --customer-id ID   what /auth accepts; else made up
  --token-ttl DURATION     lifetime of tokens, default 1h, at least 1s
  --session-ttl DURATION   lifetime of sessions, default 1h, at least 1s
  --max-sessions NUMBER    how many it remembers, default 2000
  --seed NUMBER            make the same credentials, tokens and ids in each run
  --latency DURATION       wait this long before each answer
  --webhook-url URL        send events there, as after configureWebhook
  --webhook-header 'NAME: VALUE'    with this header; repeatable
  --fetch-pdf              fetch docUrl; without a PDF there, signing fails
  --faults FILE            inject the faults of a JSON array
  --no-control             no fault header and no endpoints under /__mock/

What it says:
  --env                    print lines for a shell instead, and close standard output:
                           eval "$(umbrella mock --env &)"; … kill $UMBRELLA_MOCK_PID
  --log                    log all requests to standard error, not only refused ones

It serves HTTP/1.1 and HTTP/2 (in cleartext without --tls). The header
Umbrella-Mock-Violations says why a request was refused. The request header
Umbrella-Mock-Fault makes one request fail:
  Umbrella-Mock-Fault: status=503; retry-after=2; delay=100ms
  fields: status message retry-after delay delay-body reset truncate malformed
          media-type oversize break after-processing unsuccessful expired
          pdf-missing pending
Control endpoints:
  GET    /__mock/               an overview for people
  GET    /__mock/stats          counters, which do not forget
  POST   /__mock/faults         {"path":"/auth","times":2,"every":3,"status":503}
  DELETE /__mock/faults         forget the faults
  GET    /__mock/requests       the newest requests and why they were refused
  GET    /__mock/sessions       the newest sessions, by request id
  POST   /__mock/sessions/{requestId}/complete   or fail, cancel, expire
  GET    /__mock/events         what was sent to the webhook, and its answers
  POST   /__mock/events/faults  {"status":"COMPLETED","times":2,"late":"1s"}; fields:
                                drop twice late reorder early wrong-header garbage
  POST   /__mock/reset          forget requests, sessions, webhook, events and faults
  POST   /__mock/tokens/expire  let all tokens expire
  POST   /__mock/tokens/revoke  refuse all tokens issued so far
`

const specUsage = `umbrella spec prints the vendor's OpenAPI document, byte for byte.
`

const versionUsage = `umbrella version prints the version of this command and its module.
`
