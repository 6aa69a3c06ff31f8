package strictjson_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/internal/strictjson"
)

func TestCheck_Verdicts(t *testing.T) {
	wide := make([]string, 2000)
	for i := range wide {
		wide[i] = fmt.Sprintf(`"k%d":%d`, i, i)
	}
	for _, tc := range []struct {
		name, data string
		want       error
	}{
		{"object", ` { "a" : 1 , "b" : [ 1 , "x" , null , true ] } `, nil},
		{"scalar", `1e5`, nil},
		{"empty containers", `{"a":{},"b":[],"c":[{}]}`, nil},
		{"one name in two objects", `[{"a":1},{"a":2}]`, nil},
		{"name as a value", `{"a":"a","b":"a"}`, nil},
		{"quotes and braces in strings", `{"a\"}":"{\"a\":1,\"a\":2}","b":"\\"}`, nil},
		{"many names", "{" + strings.Join(wide, ",") + "}", nil},
		{"nothing", ``, strictjson.ErrSyntax},
		{"only space", "  \n", strictjson.ErrSyntax},
		{"not UTF-8", "\"\xff\"", strictjson.ErrSyntax},
		{"cut", `{"a":1`, strictjson.ErrSyntax},
		{"second value", `{} {}`, strictjson.ErrSyntax},
		{"garbage behind", `{}x`, strictjson.ErrSyntax},
		{"too deep", strings.Repeat("[", 20000) + strings.Repeat("]", 20000), strictjson.ErrSyntax},
		{"twice", `{"a":1,"a":2}`, strictjson.ErrDuplicate},
		{"twice below", `{"x":[0,{"a":1,"b":2,"a":1}]}`, strictjson.ErrDuplicate},
		{"twice, once escaped", `{"a":1,"\u0061":2}`, strictjson.ErrDuplicate},
		{"twice among many", "{" + strings.Join(wide, ",") + `,"k1500":0}`, strictjson.ErrDuplicate},
	} {
		t.Run(tc.name, func(t *testing.T) {
			require.ErrorIs(t, strictjson.Check([]byte(tc.data)), tc.want)
		})
	}
}

func TestObject_HandsOutExactNamesAndRawValues(t *testing.T) {
	var got []string
	err := strictjson.Object([]byte(` {"url" : "x" , "URL":{"a":[1]} ,"\u006e":null}`), func(name string, value []byte) error {
		got = append(got, name+"="+string(value))
		return nil
	})
	require.NoError(t, err)
	require.Equal(t, []string{`url="x"`, `URL={"a":[1]}`, `n=null`}, got)
}

func TestObject_RefusesWhatIsNoObject(t *testing.T) {
	for _, data := range []string{`null`, `[]`, `"a"`, ` 1`} {
		require.ErrorIs(t, strictjson.Object([]byte(data), nil), strictjson.ErrNotObject)
	}
	require.ErrorIs(t, strictjson.Object([]byte(`{`), nil), strictjson.ErrSyntax)
}

func TestObject_StopsAtTheCallersError(t *testing.T) {
	stop, calls := errors.New("stop"), 0
	err := strictjson.Object([]byte(`{"a":1,"b":2}`), func(string, []byte) error { calls++; return stop })
	require.ErrorIs(t, err, stop)
	require.Equal(t, 1, calls)
}

// encoding/json's own token stream is the reference for what a duplicate is.
func FuzzCheck(f *testing.F) {
	for _, s := range []string{`{"a":1,"a":2}`, `{"a":{"b":[{}]}}`, `[1,"\"",{"\\":0}]`, `{"a":1,"\u0061":2}`, `{`} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		err := strictjson.Check(data)
		if !utf8.Valid(data) || !json.Valid(data) {
			require.ErrorIs(t, err, strictjson.ErrSyntax)
			return
		}
		if hasDuplicate(json.NewDecoder(strings.NewReader(string(data)))) {
			require.ErrorIs(t, err, strictjson.ErrDuplicate)
		} else {
			require.NoError(t, err)
		}
	})
}

func hasDuplicate(dec *json.Decoder) bool {
	tok, err := dec.Token()
	if err != nil {
		return false
	}
	delim, ok := tok.(json.Delim)
	if !ok {
		return false
	}
	seen, dup := map[any]bool{}, false
	for dec.More() {
		if delim == '{' {
			name, _ := dec.Token()
			dup = dup || seen[name]
			seen[name] = true
		}
		dup = hasDuplicate(dec) || dup
	}
	_, _ = dec.Token()
	return dup
}
