package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const idParameter = "    parameters: [{ name: id, in: path, required: true, schema: { type: string } }]\n"

// Every case: a document that gains something, and the names that it gets.
var gains = map[string]struct {
	after, insert string
	names         []string
}{
	"operation": {
		"paths:\n", "  /user/send-mail:\n    post: " + get + "\n",
		[]string{"$.paths['/user/send-mail'].post operationId: sendMail"},
	},
	"operations that share a path": {
		"paths:\n", "  /sessions/{id}:\n" + idParameter + "    get: " + get + "\n    delete: " + get + "\n",
		[]string{"$.paths['/sessions/{id}'].get operationId: getSessions", "$.paths['/sessions/{id}'].delete operationId: deleteSessions"},
	},
	"operations of a list and of its items": {
		"paths:\n", "  /sessions:\n    get: " + get + "\n    post: " + get + "\n  /sessions/{id}:\n" + idParameter + "    get: " + get + "\n",
		[]string{
			"$.paths['/sessions'].get operationId: getSessions", "$.paths['/sessions'].post operationId: postSessions",
			"$.paths['/sessions/{id}'].get operationId: getSessionsByID",
		},
	},
	"operation below a parameter": {
		"paths:\n", "  /v1/sessions/{id}/status:\n" + idParameter + "    get: " + get + "\n",
		[]string{"$.paths['/v1/sessions/{id}/status'].get operationId: sessionsStatus"},
	},
	"operations that end alike": {
		"paths:\n", "  /a/status:\n    get: " + get + "\n  /b/status:\n    get: " + get + "\n",
		[]string{"$.paths['/a/status'].get operationId: getAStatus", "$.paths['/b/status'].get operationId: getBStatus"},
	},
	"operation whose name is taken": {
		"paths:\n", "  /other/create_thing:\n    put: " + get + "\n",
		[]string{"$.paths['/other/create_thing'].put operationId: putCreateThing"},
	},
	"operations whose names are no names in Go": {
		"paths:\n", "  /return:\n    post: " + get + "\n  /check:\n    post: " + get + "\n  /message:\n    post: " + get + "\n  /2fa:\n    post: " + get + "\n  /it's/api:\n    get: " + get + "\n",
		[]string{
			"$.paths['/return'].post operationId: postReturn", "$.paths['/check'].post operationId: postCheck",
			"$.paths['/message'].post operationId: postMessage",
			"$.paths['/2fa'].post operationId: post2fa", `$.paths['/it\'s/api'].get operationId: getAPI`,
		},
	},
	"objects and enums": {
		"        id: { type: string }\n", `        home-address: { type: object, properties: { country: { type: string, enum: [de, at] } } }
        signers: { type: [array, 'null'], items: { type: object, properties: { id: { type: string } } } }
        limits: { type: object, additionalProperties: { type: object, properties: { most: { type: integer } } } }
        kind: { type: string, const: thing }
        any: { type: object }
`,
		[]string{
			"$.components.schemas.Thing.properties['home-address'] x-go-type-name: HomeAddress",
			"$.components.schemas.Thing.properties['home-address'].properties.country x-go-type-name: Country",
			"$.components.schemas.Thing.properties.signers.items x-go-type-name: SignersItem",
			"$.components.schemas.Thing.properties.limits.additionalProperties x-go-type-name: LimitsValue",
			"$.components.schemas.Thing.properties.kind x-go-type-name: Kind",
		},
	},
	"objects below names that are taken": {
		"        id: { type: string }\n", `        colour: { type: string, enum: [red] }
        client: { type: object, properties: { id: { type: string } } }
        createThingParams: { type: string, enum: [a] }
        data: { type: object, properties: { id: { type: string } } }
        x: { type: object, x-go-type-name: X, properties: { y: { type: object, properties: { client: { type: string, enum: [a] } } } } }
`,
		[]string{
			"$.components.schemas.Thing.properties.colour x-go-type-name: ThingColour",
			"$.components.schemas.Thing.properties.client x-go-type-name: ThingClient",
			"$.components.schemas.Thing.properties.createThingParams x-go-type-name: ThingCreateThingParams",
			"$.components.schemas.Thing.properties.data x-go-type-name: ThingData",
			"$.components.schemas.Thing.properties.x.properties.y x-go-type-name: Y",
			"$.components.schemas.Thing.properties.x.properties.y.properties.client x-go-type-name: XClient",
		},
	},
	"objects of one name in one schema": {
		"        id: { type: string }\n", `        home: { type: object, properties: { place: { type: string, enum: [a] } } }
        work: { type: object, properties: { place: { type: string, enum: [b] } } }
`,
		[]string{
			"$.components.schemas.Thing.properties.home x-go-type-name: Home",
			"$.components.schemas.Thing.properties.home.properties.place x-go-type-name: ThingHomePlace",
			"$.components.schemas.Thing.properties.work x-go-type-name: Work",
			"$.components.schemas.Thing.properties.work.properties.place x-go-type-name: ThingWorkPlace",
		},
	},
	"bodies of an operation that has no name either": {
		"paths:\n", `  /sendThing:
    post:
      requestBody: { content: { application/json: { schema: { type: object, properties: { a: { type: string } } } } } }
      responses:
        '200': { description: Sent, content: { application/json: { schema: { type: object, properties: { a: { type: string } } } } } }
        '404': { description: None, content: { application/json: { schema: { type: object, properties: { a: { type: string } } } } } }
`,
		[]string{
			"$.paths['/sendThing'].post operationId: sendThing",
			"$.paths['/sendThing'].post.requestBody.content['application/json'].schema x-go-type-name: SendThingRequest",
			"$.paths['/sendThing'].post.responses['200'].content['application/json'].schema x-go-type-name: SendThingResponse",
			"$.paths['/sendThing'].post.responses['404'].content['application/json'].schema x-go-type-name: SendThingResponse404",
		},
	},
}

func TestGuard_NamesWhatHasNoName(t *testing.T) {
	for name, test := range gains {
		t.Run(name, func(t *testing.T) {
			f := write(t, insert(t, document1, test.after, test.insert), names1)
			want, lines := names1, []string{}
			for _, line := range test.names {
				target, update, _ := strings.Cut(line, " ")
				lines = append(lines, "  - target: "+target+"\n    update: { "+update+" }\n")
				want += lines[len(lines)-1]
			}

			code, stdout, stderr := f.guard(compiles)
			require.Equal(t, 1, code)
			require.Empty(t, stdout)
			for _, line := range lines {
				require.Contains(t, stderr, line)
			}
			require.Equal(t, names1, f.names(t))

			code, stdout, stderr = f.guard(compiles, "-fix")
			require.Zero(t, code, stderr)
			require.Equal(t, want, f.names(t))
			require.Equal(t, len(lines), strings.Count(stdout, "\n- `")+1, stdout)

			code, stdout, stderr = f.guard(compiles, "-fix")
			require.Zero(t, code, stderr)
			require.Empty(t, stdout)
		})
	}
}
