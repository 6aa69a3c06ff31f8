package contract_test

import (
	"context"
	"errors"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/contract"
)

// sandbox is a document whose one operation takes any body that the schema of
// property "x" accepts.
func sandbox(t *testing.T, schema string, opts ...contract.Option) func(body string) []string {
	t.Helper()
	document := `{"openapi":"3.1.0","info":{"title":"t","version":"1"},"paths":{"/x":{"post":{
		"requestBody":{"content":{"application/json":{"schema":` + schema + `}}},
		"responses":{"200":{"description":"d"}}}}},
		"components":{"schemas":{
			"Contact":{"type":"object","required":["mail"],"properties":{
				"site":{"type":"string","format":"uri","pattern":"^https://"},
				"mail":{"type":"string","format":"email"},
				"at":{"type":"string","format":"date-time"},
				"friend":{"$ref":"#/components/schemas/Contact"}}}}}}`
	v, err := contract.NewFromDocument([]byte(document), append(opts, contract.WithServer("/"))...)
	require.NoError(t, err)
	return func(body string) []string {
		req, err := http.NewRequest(http.MethodPost, "/x", strings.NewReader(body))
		require.NoError(t, err)
		req.Header.Set("Content-Type", "application/json")
		return breaches(t, v.ValidateRequest(req))
	}
}

func TestValidator_FollowsReferences(t *testing.T) {
	judge := sandbox(t, `{"type":"object","required":["owner"],"properties":{
		"owner":{"$ref":"#/components/schemas/Contact"},
		"others":{"type":"array","items":{"$ref":"#/components/schemas/Contact"}}}}`)

	require.Empty(t, judge(`{"owner":{"mail":"a@b.c","friend":{"mail":"d@e.f"}}}`))
	require.Equal(t, want("$.owner required"), judge(`{}`))
	require.Equal(t, want("$.owner.mail required"), judge(`{"owner":{}}`))
	require.Equal(t,
		want("$.owner.site format", "$.owner.site pattern", "$.owner.mail format", "$.owner.at format",
			"$.owner.friend.mail required", "$.owner.friend.at type", "$.others[1].mail type"),
		judge(`{"others":[{"mail":"a@b.c"},{"mail":null}],
			"owner":{"friend":{"at":5},"at":"2025-02-30T00:00:00Z","mail":"x","site":"y"}}`))
}

func TestValidator_JudgesJSONSchemaKeywords(t *testing.T) {
	for _, tt := range []struct {
		name, schema, good, bad string
		want                    []string
	}{
		{"nullable by type array", `{"properties":{"a":{"type":["string","null"]}}}`, `{"a":null}`, `{"a":1}`, want("$.a type")},
		{"enum", `{"properties":{"a":{"enum":["x","y"]}}}`, `{"a":"x"}`, `{"a":"z"}`, want("$.a enum")},
		{"const", `{"properties":{"a":{"const":"x"}}}`, `{"a":"x"}`, `{"a":"z"}`, want("$.a const")},
		{"lengths", `{"properties":{"a":{"minLength":2,"format":"email"}}}`, `{"a":"a@b"}`, `{"a":""}`, want("$.a format", "$.a minLength")},
		{"numbers", `{"properties":{"a":{"minimum":2,"multipleOf":2}}}`, `{"a":4}`, `{"a":1}`, want("$.a minimum", "$.a multipleOf")},
		{"items", `{"properties":{"a":{"minItems":1}}}`, `{"a":[1]}`, `{"a":[]}`, want("$.a minItems")},
		{"unique items", `{"properties":{"a":{"uniqueItems":true}}}`, `{"a":[1,2]}`, `{"a":[1,1]}`, want("$.a uniqueItems")},
		{"all of", `{"allOf":[{"required":["a"]},{"properties":{"a":{"type":"string"}},"required":["b"]}]}`, `{"a":"","b":1}`, `{"a":1}`, want("$.a type", "$.b required")},
		{"any of", `{"properties":{"a":{"anyOf":[{"type":"string"},{"required":["c"]}]}}}`, `{"a":"x"}`, `{"a":{}}`, want("$.a anyOf")},
		{"one of", `{"oneOf":[{"required":["a"]},{"required":["b"]}]}`, `{"a":1}`, `{"a":1,"b":2}`, want("$ oneOf")},
		{"one of, none", `{"oneOf":[{"required":["a"]},{"required":["b"]}]}`, `{"b":1}`, `{}`, want("$ oneOf")},
		{"not", `{"not":{"required":["a"]}}`, `{}`, `{"a":1}`, want("$ schema")},
		{"false", `{"properties":{"a":false}}`, `{}`, `{"a":1}`, want("$.a schema")},
		{"dependent", `{"dependentRequired":{"a":["b"]}}`, `{"b":1}`, `{"a":1}`, want("$ dependentRequired")},
		{"closed by the document", `{"properties":{"a":{}},"additionalProperties":false}`, `{"a":1}`, `{"b":1}`, want("$.b additionalProperties")},
		{"closed but for a pattern", `{"patternProperties":{"^x":{}},"additionalProperties":false}`, `{"xa":1}`, `{"xa":1,"b":1}`, want("$.b additionalProperties")},
		{
			"deep, in the order of the properties", `{"properties":{"a":{"properties":{"b":{"properties":{"c":{"required":["y","x"],"properties":{"x":{},"y":{}}}}}}}}}`,
			`{}`, `{"a":{"b":{"c":{}}}}`, want("$.a.b.c.x required", "$.a.b.c.y required"),
		},
		{"map", `{"additionalProperties":{"type":"string","pattern":"^x"}}`, `{"a":"x"}`, `{"a":"y"}`, want("$.* pattern")},
		{"odd name in the document", `{"properties":{"first name":{"type":"string"}}}`, `{"first name":""}`, `{"first name":1}`, want(`$['first name'] type`)},
		{"missing under an odd name", `{"required":["first name"]}`, `{"first name":1}`, `{}`, want("$['first name'] required")},
		{
			"map in a map", `{"properties":{"m":{"additionalProperties":{"additionalProperties":{"type":"string"},"required":["a"]}}}}`, `{}`,
			`{"m":{"k":{"a":1,"x":2},"j":{}}}`, want("$.m.*.* type", "$.m.*.a required"),
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			judge := sandbox(t, tt.schema)
			require.Empty(t, judge(tt.good))
			require.Equal(t, tt.want, judge(tt.bad))
		})
	}
}

func TestValidator_HidesNamesThatTheDocumentDoesNotKnow(t *testing.T) {
	open := sandbox(t, `{"additionalProperties":{"type":"object","properties":{"a":{"type":"string"}}}}`)
	closed := sandbox(t, `{"properties":{"in":{"properties":{"a":{}},"additionalProperties":false}}}`)

	require.Equal(t, want("$.*.a type"), open(`{"plain_name-1":{"a":1},"other":{"a":2}}`))
	hidden := sandbox(t, `{"patternProperties":{"@":{"required":["a"],"properties":{"a":{}},"additionalProperties":false}}}`)
	require.Equal(t, want("$ additionalProperties", "$ required"), hidden(`{"bob@example.com":{"b":1}}`))
	require.Equal(t, want("$.in.plain_name-1 additionalProperties"), closed(`{"in":{"plain_name-1":1}}`))
	for _, name := range []string{"bob@example.com", "+436508021530", "436508021530", "https://x/y", "Bob Smith", "ü", strings.Repeat("a", 65)} {
		require.Equal(t, want("$.*.a type"), open(`{"`+name+`":{"a":1}}`), name)
		require.Equal(t, want("$.in additionalProperties"), closed(`{"in":{"`+name+`":1}}`), name)
	}
	require.Equal(t, want("$.in additionalProperties", "$.in.b additionalProperties", "$.in.c additionalProperties"),
		closed(`{"in":{"c":1,"bob@example.com":1,"x y":2,"b":1,"a":0}}`))
}

func TestSealed_RefusesUndocumentedProperties(t *testing.T) {
	v := newValidator(t, contract.Sealed())
	require.NoError(t, v.ValidateRequest(newRequest(t, goodRequest)))
	require.NoError(t, v.ValidateResponse(newRequest(t, ""), newResponse(200, "application/json", goodResponse)))

	extra := strings.NewReplacer(`{"email"`, `{"top":1,"email"`, `{"fieldId":"name"`, `{"deep":2,"fieldId":"name"`)
	require.Equal(t, want("$.fillForm[0].deep additionalProperties", "$.top additionalProperties"),
		breaches(t, v.ValidateRequest(newRequest(t, extra.Replace(goodRequest)))))

	answer := strings.Replace(goodResponse, `"data":{`, `"data":{"token":"x",`, 1)
	require.Equal(t, want("$.data.token additionalProperties"),
		breaches(t, v.ValidateResponse(newRequest(t, ""), newResponse(200, "application/json", answer))))
	require.Equal(t, want("$.code additionalProperties"),
		breaches(t, v.ValidateResponse(newRequest(t, ""), newResponse(400, "application/json", `{"message":"x","code":1}`))))
	require.NoError(t, newValidator(t).ValidateRequest(newRequest(t, extra.Replace(goodRequest))), "another Validator stays open")
}

func TestSealed_LeavesCompositionsAndOpenMapsAlone(t *testing.T) {
	judge := sandbox(t, `{"properties":{
		"both":{"allOf":[{"$ref":"#/components/schemas/Contact"},{"type":"object","properties":{"b":{}}}]},
		"map":{"type":"object","additionalProperties":true},
		"typed":{"type":"object","additionalProperties":{"type":"string"}},
		"any":{}}}`, contract.Sealed())
	require.Empty(t, judge(`{"both":{"mail":"a@b.c","b":1},"map":{"k":1},"typed":{"k":""},"any":{"k":1}}`))
	require.Equal(t, want("$.other additionalProperties"), judge(`{"other":1}`))
}

func TestValidator_JudgesParameters(t *testing.T) {
	v := edited(t, nil, `"post":{`, `"post":{"parameters":[
		{"name":"limit","in":"query","required":true,"schema":{"type":"integer","minimum":1}},
		{"name":"page","in":"query","schema":{"type":"integer","default":1}},
		{"name":"site","in":"query","schema":{"type":"string","format":"uri"}}],`)
	judge := func(query string) []string {
		req := newRequest(t, goodRequest)
		req.URL.RawQuery = query
		list := breaches(t, v.ValidateRequest(req))
		require.Equal(t, query, req.URL.RawQuery, "no default is filled in")
		return list
	}
	require.Empty(t, judge("limit=1&undocumented=1"))
	require.Equal(t, want("$query.limit required"), judge(""))
	require.Equal(t, want("$query.limit minimum"), judge("limit=0"))
	require.Equal(t, want("$query.limit type", "$query.site format"), judge("limit=many&site=x"))
}

func TestValidator_RefusesABodyWhereNoneIsDocumented(t *testing.T) {
	v := edited(t, nil, `"post":{`, `"put":{"responses":{"200":{"description":"x"}}},"post":{`)
	req := newRequest(t, "{}")
	req.Method, req.ContentLength = http.MethodPut, -1
	require.Equal(t, want("$ requestBody"), breaches(t, v.ValidateRequest(req)))

	req = newRequest(t, "")
	req.Method = http.MethodPut
	require.NoError(t, v.ValidateRequest(req))
	require.NoError(t, v.ValidateResponse(req, newResponse(200, "", "anything")), "the document says nothing about this body")
}

func TestValidator_RefusesASecuritySchemeItCannotJudge(t *testing.T) {
	v := edited(t, nil, `"scheme":"bearer","bearerFormat":"JWT"`, `"scheme":"basic"`)
	require.Equal(t, want("$header.Authorization security"), breaches(t, v.ValidateRequest(newRequest(t, goodRequest))))
}

func TestNew_RefusesDocumentsItCannotCheck(t *testing.T) {
	for name, document := range map[string]string{
		"not a document":   `[`,
		"OpenAPI 3.0":      `{"openapi":"3.0.3","info":{"title":"t","version":"1"},"paths":{}}`,
		"not valid":        `{"openapi":"3.1.0","info":{"title":"t"},"paths":{}}`,
		"XML":              `{"openapi":"3.1.0","info":{"title":"t","version":"1"},"paths":{"/x":{"get":{"responses":{"200":{"description":"d","content":{"text/xml":{}}}}}}}}`,
		"server variables": `{"openapi":"3.1.0","info":{"title":"t","version":"1"},"paths":{},"servers":[{"url":"https://{a}.b","variables":{"a":{"default":"x"}}}]}`,
	} {
		_, err := contract.NewFromDocument([]byte(document))
		require.Error(t, err, name)
	}
}

func TestValidator_SurvivesAbsurdNumbers(t *testing.T) {
	judge := sandbox(t, `{"properties":{"a":{"minimum":2},"b":{"type":"integer"}}}`)
	require.Empty(t, judge(`{"a":1e9999999,"b":1E9999999999999999999,"c":-1e999999999}`))
	require.Empty(t, judge(`{"a":2.`+strings.Repeat("5", 500_000)+`,"b":`+strings.Repeat("9", 500_000)+`}`))
	require.Equal(t, want("$.a minimum"), judge(`{"a":-1e9999999}`))
	require.Equal(t, want("$.a minimum"), judge(`{"a":1e-9999999}`))
	require.Equal(t, want("$.a minimum"), judge(`{"a":-1e300}`))
	require.Equal(t, want("$.b type"), judge(`{"b":1.5}`))
}

func TestValidator_SpendsLittleOnADeepBody(t *testing.T) {
	v := newValidator(t)
	deep := newRequest(t, strings.Repeat("[", 5000)+strings.Repeat("]", 5000))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	err := v.ValidateRequest(deep)
	runtime.ReadMemStats(&after)
	require.Equal(t, want("$ type"), breaches(t, err))
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(16<<20), "10 kB of brackets, rendered, are 100 MB of text")
}

func TestValidator_AcceptsAnyJSONWhereTheDocumentHasNoSchema(t *testing.T) {
	v := edited(t, nil, `"schema":{"$ref":"#/components/schemas/CreateSessionLinkRequest"},`, "")
	require.NoError(t, v.ValidateRequest(newRequest(t, `[1]`)))
	require.Equal(t, want("$ json"), breaches(t, v.ValidateRequest(newRequest(t, `[1`))))
}

func TestValidator_TouchesNoGlobalFormat(t *testing.T) {
	newValidator(t)
	for _, name := range []string{"email", "uri"} {
		require.NotContains(t, openapi3.SchemaStringFormats, name)
	}

	// Somebody else's global definition does not loosen ours.
	openapi3.DefineStringFormatValidator("email", openapi3.NewCallbackValidator(func(string) error { return nil }))
	t.Cleanup(func() { delete(openapi3.SchemaStringFormats, "email") })
	body := strings.Replace(goodRequest, "support@idcanopy.com", "nobody", 1)
	require.Equal(t, want("$.email format"), breaches(t, newValidator(t).ValidateRequest(newRequest(t, body))))
}

func TestValidator_JudgesACancelledRequestAllTheSame(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("gone"))
	require.NoError(t, newValidator(t).ValidateRequest(newRequest(t, goodRequest).WithContext(ctx)))
}

func TestSealed_ClosesACompositionAsAWhole(t *testing.T) {
	judge := sandbox(t, `{"properties":{
		"both":{"allOf":[{"$ref":"#/components/schemas/Contact"},{"type":"object","properties":{"b":{}}}]},
		"either":{"oneOf":[{"type":"string"},{"properties":{"c":{}}}]},
		"contact":{"$ref":"#/components/schemas/Contact"}}}`, contract.Sealed())

	require.Empty(t, judge(`{"both":{"mail":"a@b.c","b":1},"either":{"c":1},"contact":{"mail":"a@b.c"}}`))
	require.Equal(t,
		want("$.both.x additionalProperties", "$.either.x additionalProperties", "$.contact.friend.x additionalProperties"),
		judge(`{"both":{"mail":"a@b.c","b":1,"x":1},"either":{"c":1,"x":1},"contact":{"mail":"a@b.c","friend":{"mail":"a@b.c","x":1}}}`))
	require.Equal(t, want("$.both.mail required", "$.both.x additionalProperties", "$.contact.site format", "$.contact.mail type"),
		judge(`{"both":{"at":"2025-07-30T08:55:52Z","b":1,"x":1},"contact":{"mail":1,"site":"https://<"}}`),
		"what a part that fails declares is not undeclared")
}

func TestValidator_ReportsAPatternBesideAFailedEnumOrFormat(t *testing.T) {
	judge := sandbox(t, `{"properties":{
		"kind":{"type":"string","enum":["aa","bb"],"minLength":2},
		"both":{"properties":{"format":{"type":"string"},"pattern":{"type":"string"}}}}}`)
	require.Equal(t, want("$.kind enum", "$.kind minLength", "$.both.format type"),
		judge(`{"kind":"a","both":{"format":1}}`))
}
