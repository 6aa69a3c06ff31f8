package contract_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/contract"
)

var requestBodies = []struct {
	name, body string
	want       []string
}{
	{"the document's example", goodRequest, nil},
	{"required properties only", `{"email":"a@b.c","phoneNumber":"123","redirectUrl":"x://y","docUrl":"https://z"}`, nil},
	{"extra property", with(`{"email"`, `{"extra":1,"email"`), nil},
	{"empty arrays", `{"email":"a@b.c","phoneNumber":"123","redirectUrl":"x://y","docUrl":"https://z","signForms":[],"fillForm":[]}`, nil},

	{"missing property", with(`"email":"support@idcanopy.com",`, ""), want("$.email required")},
	{"all missing, in document order", `{}`, want("$.email required", "$.phoneNumber required", "$.redirectUrl required", "$.docUrl required")},
	{"missing in an item", with(`"fieldId":"Signature1",`, ""), want("$.signForms[0].fieldId required")},
	{"missing in the second item", with(`}],"fillForm"`, `},{}],"fillForm"`), want("$.signForms[1].fieldId required", "$.signForms[1].actorId required")},
	{"null", with(`"support@idcanopy.com"`, "null"), want("$.email type")},
	{"null array", with(`[{"fieldId":"name","value":"${identification.firstName}"}]`, "null"), want("$.fillForm type")},
	{"null item", with(`{"fieldId":"name","value":"${identification.firstName}"}`, "null"), want("$.fillForm[0] type")},
	{"number for string", with(`"support@idcanopy.com"`, "1"), want("$.email type")},
	{"object for array", with(`[{"fieldId":"name","value":"${identification.firstName}"}]`, "{}"), want("$.fillForm type")},
	{"number in an item", with(`"value":"${identification.firstName}"`, `"value":7`), want("$.fillForm[0].value type")},
	{"array for object", `[]`, want("$ type")},
	{"null for object", `null`, want("$ type")},
	{"string for object", `"x"`, want("$ type")},
	{"email", with("support@idcanopy.com", "Bob <bob@x.io>"), want("$.email format")},
	{"empty email", with("support@idcanopy.com", ""), want("$.email format")},
	{"uri with a space", with("https://example.com/onboarding/success", "https://example.com/a b"), want("$.redirectUrl format")},
	{"relative uri", with("https://example.com/onboarding/success", "/a"), want("$.redirectUrl format")},
	{"pattern", with("+436508021530", "+0"), want("$.phoneNumber pattern")},
	{"pattern without format", with("https://cdn.idcanopy.com", "http://cdn.idcanopy.com"), want("$.docUrl pattern")},
	{"format without pattern", with("https://cdn.idcanopy.com/pdf", "https://cdn.idcanopy.com/<"), want("$.docUrl format")},
	{"format and pattern", with("https://cdn.idcanopy.com", "cdn"), want("$.docUrl format", "$.docUrl pattern")},
	{
		"everything wrong, in document order",
		`{"fillForm":[{"value":1,"fieldId":null}],"signForms":{},"docUrl":"ftp","redirectUrl":"","phoneNumber":"x","email":"y"}`,
		want("$.email format", "$.phoneNumber pattern", "$.redirectUrl format", "$.docUrl format", "$.docUrl pattern",
			"$.signForms type", "$.fillForm[0].fieldId type", "$.fillForm[0].value type"),
	},
	{
		"items in numeric order",
		with(`"signForms":[{"fieldId":"Signature1","actorId":"userToIdentify"}]`, `"signForms":[0,1,2,3,4,5,6,7,8,9,10]`),
		want("$.signForms[0] type", "$.signForms[1] type", "$.signForms[2] type", "$.signForms[3] type",
			"$.signForms[4] type", "$.signForms[5] type", "$.signForms[6] type", "$.signForms[7] type",
			"$.signForms[8] type", "$.signForms[9] type", "$.signForms[10] type"),
	},

	{"no body", ``, want("$ json")},
	{"white space", ` `, want("$ json")},
	{"malformed", `{`, want("$ json")},
	{"trailing garbage", goodRequest + `x`, want("$ json")},
	{"second value", goodRequest + `{}`, want("$ json")},
	{"duplicate key", with(`{"email"`, `{"email":"a@b.c","email"`), want("$ json")},
	{"duplicate key in an item", with(`{"fieldId":"name"`, `{"fieldId":"name","fieldId":"name"`), want("$ json")},
	{"comment", "// x\n" + goodRequest, want("$ json")},
}

func TestValidator_JudgesRequestBodies(t *testing.T) {
	v := newValidator(t)
	for _, tt := range requestBodies {
		t.Run(tt.name, func(t *testing.T) {
			req := newRequest(t, tt.body)
			require.Equal(t, tt.want, breaches(t, v.ValidateRequest(req)))
			require.Equal(t, tt.body, readAll(t, req.Body), "the body reads the same afterwards")
		})
	}
}

func TestValidator_JudgesRequestHeads(t *testing.T) {
	v := newValidator(t)
	for _, tt := range []struct {
		name   string
		header []string
		want   []string
	}{
		{"capitals in the media type", []string{"Content-Type", "Application/JSON"}, nil},
		{"charset", []string{"Content-Type", "application/json; charset=utf-8"}, nil},
		{"bearer in another case", []string{"Authorization", "bearer x"}, nil},
		{"padded token", []string{"Authorization", "Bearer a+/~=="}, nil},
		{"undocumented headers", []string{"X-Trace", "1", "Cookie", "a=b"}, nil},
		{"no media type", []string{"Content-Type", "-"}, want("$header.Content-Type mediaType")},
		{"other media type", []string{"Content-Type", "text/plain"}, want("$header.Content-Type mediaType")},
		{"list of media types", []string{"Content-Type", "application/json, text/plain"}, want("$header.Content-Type mediaType")},
		{"no bearer", []string{"Authorization", "-"}, want("$header.Authorization security")},
		{"empty bearer", []string{"Authorization", "Bearer "}, want("$header.Authorization security")},
		{"bare word", []string{"Authorization", "Bearer"}, want("$header.Authorization security")},
		{"only padding", []string{"Authorization", "Bearer =="}, want("$header.Authorization security")},
		{"two tokens", []string{"Authorization", "Bearer a b"}, want("$header.Authorization security")},
		{"quoted token", []string{"Authorization", `Bearer "a"`}, want("$header.Authorization security")},
		{"padding inside", []string{"Authorization", "Bearer a=b"}, want("$header.Authorization security")},
		{"basic", []string{"Authorization", "Basic abc"}, want("$header.Authorization security")},
		{"both", []string{"Authorization", "-", "Content-Type", "text/html"}, want("$header.Authorization security", "$header.Content-Type mediaType")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			require.Equal(t, tt.want, breaches(t, v.ValidateRequest(newRequest(t, goodRequest, tt.header...))))
		})
	}

	t.Run("two authorizations", func(t *testing.T) {
		req := newRequest(t, goodRequest)
		req.Header.Add("Authorization", "Bearer b")
		require.Equal(t, want("$header.Authorization security"), breaches(t, v.ValidateRequest(req)))
	})
}

func TestValidator_KnowsTheDocumentsServersPathsAndMethods(t *testing.T) {
	for _, tt := range []struct {
		name, server, method, url string
		want                      []string
	}{
		{"production", "", "POST", endpoint, nil},
		{"sandbox", "", "POST", "https://sandbox-umbrella-api.azurewebsites.net/api/services" + path, nil},
		{"default port and capitals", "", "POST", "HTTPS://API-Umbrella.io:443/api/services" + path, nil},
		{"query", "", "POST", endpoint + "?a=b", nil},
		{"another host", "", "POST", "https://example.com/api/services" + path, want("$path path")},
		{"another scheme", "", "POST", "http://api-umbrella.io/api/services" + path, want("$path path")},
		{"another port", "", "POST", "https://api-umbrella.io:8443/api/services" + path, want("$path path")},
		{"no base path", "", "POST", "https://api-umbrella.io" + path, want("$path path")},
		{"slash at the end", "", "POST", endpoint + "/", want("$path path")},
		{"double slash", "", "POST", "https://api-umbrella.io/api/services/" + path, want("$path path")},
		{"encoded slash", "", "POST", "https://api-umbrella.io/api/services/onboarding%2FcreateSessionLink", want("$path path")},
		{"other case", "", "POST", "https://api-umbrella.io/api/services/onboarding/createsessionlink", want("$path path")},
		{"unknown path", "", "POST", "https://api-umbrella.io/api/services/kyc", want("$path path")},
		{"get", "", "GET", endpoint, want("$method method")},
		{"head", "", "HEAD", endpoint, want("$method method")},
		{"options", "", "OPTIONS", endpoint, want("$method method")},
		{"method in lower case", "", "post", endpoint, want("$method method")},
		{"received by a server, any host", "", "POST", "/api/services" + path, nil},
		{"received by a server, unknown path", "", "POST", path, want("$path path")},
		{"base URL", "http://127.0.0.1:8080", "POST", "http://127.0.0.1:8080" + path, nil},
		{"base URL with path and slash", "http://127.0.0.1:8080/base/", "POST", "http://127.0.0.1:8080/base" + path, nil},
		{"base URL, other port", "http://127.0.0.1:8080", "POST", "http://127.0.0.1:8081" + path, want("$path path")},
		{"base URL replaces the document's", "http://127.0.0.1:8080", "POST", endpoint, want("$path path")},
		{"IPv6", "http://[::1]:80/", "POST", "http://[::1]" + path, nil},
		{"root path", "/", "POST", "http://anywhere:1" + path, nil},
		{"base path", "/api/services", "POST", "http://anywhere:1/api/services" + path, nil},
		{"base path, other path", "/api", "POST", "http://anywhere:1/api/services" + path, want("$path path")},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var opts []contract.Option
			if tt.server != "" {
				opts = append(opts, contract.WithServer(tt.server))
			}
			req, err := http.NewRequest(tt.method, tt.url, strings.NewReader(goodRequest))
			require.NoError(t, err)
			req.Header.Set("Content-Type", "application/json")
			req.Header.Set("Authorization", "Bearer x")
			require.Equal(t, tt.want, breaches(t, newValidator(t, opts...).ValidateRequest(req)))
		})
	}
}

func TestValidator_RefusesARequestWithoutURLOrMethod(t *testing.T) {
	v := newValidator(t)
	require.Equal(t, want("$path path"), breaches(t, v.ValidateRequest(&http.Request{Method: http.MethodPost})))
	req := newRequest(t, goodRequest)
	req.Method = "" // GET, to net/http
	require.Equal(t, want("$method method"), breaches(t, v.ValidateRequest(req)))
}

func TestValidator_NamesTheOperation(t *testing.T) {
	var e *contract.Error
	require.ErrorAs(t, newValidator(t).ValidateRequest(newRequest(t, `{}`)), &e)
	require.Equal(t, operation, e.Operation)
	require.Equal(t, contract.Request, e.Direction)
	require.EqualError(t, e, "contract: request of createSessionLink breaks the document: "+
		"$.email is missing; $.phoneNumber is missing; $.redirectUrl is missing; $.docUrl is missing")

	v := edited(t, nil, `"operationId":"createSessionLink"`, `"operationId":""`)
	require.ErrorAs(t, v.ValidateRequest(newRequest(t, `[]`)), &e)
	require.Equal(t, "POST /onboarding/createSessionLink", e.Operation)
}

func TestError_ListsTheFirstViolationsOnly(t *testing.T) {
	err := newValidator(t).ValidateRequest(newRequest(t, `{"signForms":[1,2,3]}`))
	require.ErrorContains(t, err, "$.signForms[0] must be of type object; and 2 more")
}

func TestNew_RefusesBadOptionsAllAtOnce(t *testing.T) {
	_, err := contract.New(contract.WithServer("ftp://h"), contract.WithReport(nil), contract.WithMaxBodyBytes(0), nil)
	require.ErrorContains(t, err, "WithServer")
	require.ErrorContains(t, err, "WithReport")
	require.ErrorContains(t, err, "WithMaxBodyBytes")
	require.ErrorContains(t, err, "a nil Option")

	for _, server := range []string{
		"", "api", "api/services", "//host/path", "https://", "http:///x", "https://:80/", "mailto:a@b", "https://user:secret@host/",
		"https://host/?secret=1", "https://host/#secret", "/x?secret", "https://{secret}.host/", "https://host/%zz", ":secret",
	} {
		_, err := contract.New(contract.WithServer(server))
		require.Error(t, err, server)
		require.NotContains(t, err.Error(), "secret")
	}
}

func FuzzValidator_RequestBody(f *testing.F) {
	v := newValidator(f)
	for _, seed := range []string{goodRequest, `{}`, `null`, `[`, `{"a":1,"a":2}`, `{"email":null,"signForms":[{},1,{"fieldId":2}]}`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, body string) {
		req := newRequest(t, body)
		first := breaches(t, v.ValidateRequest(req))
		require.Equal(t, first, breaches(t, v.ValidateRequest(req)), "the verdict is the same each time")
		require.Equal(t, body, readAll(t, req.Body))
		if !json.Valid([]byte(body)) {
			require.Equal(t, want("$ json"), first)
		}
		seen := map[string]bool{}
		for _, violation := range first {
			require.Regexp(t, `^\$(\.[A-Za-z_][A-Za-z0-9_-]*|\[[0-9]+\])* (json|required|type|pattern|format)$`, violation)
			require.False(t, seen[violation], "each path and rule once")
			seen[violation] = true
		}
	})
}
