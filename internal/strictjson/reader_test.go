package strictjson_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/umbrella-api/umbrella-go/internal/strictjson"
)

// item is what readItem reads; it has a member of each kind.
type item struct {
	Name  string
	Count int64
	Ratio float64
	Flag  bool
	At    time.Time
	Note  *string
	Subs  []item
	Any   any
}

func readItem(r *strictjson.Reader) (x item) {
	r.Object(func(name string) {
		switch name {
		case "name":
			x.Name = r.String()
		case "count":
			x.Count = r.Int64()
		case "ratio":
			x.Ratio = r.Float64()
		case "flag":
			x.Flag = r.Bool()
		case "at":
			x.At = r.Time()
		case "note":
			if !r.Null() {
				x.Note = new(r.String())
			}
		case "subs":
			r.Array(func() { x.Subs = append(x.Subs, readItem(r)) })
		case "any":
			x.Any = r.Any()
		default:
			r.Skip()
		}
	}, "name")
	return x
}

func readAll(data string) (item, error) {
	r := strictjson.NewReader([]byte(data))
	x := readItem(&r)
	return x, r.Err()
}

func TestReader_ReadsEachKind(t *testing.T) {
	got, err := readAll(` { "name" : "a\u0062\"" , "count":-12, "ratio":1.5e1,"flag":true,"at":"2025-07-30T08:55:52.5Z","note":"n",
		"subs":[ {"name":"x"} , {"name":"y","note":null}],"any":{"a":[1,null]},"Name":"other","more":{"deep":[{}]} } `)
	require.NoError(t, err)
	require.Equal(t, item{
		Name: `ab"`, Count: -12, Ratio: 15, Flag: true, At: time.Date(2025, 7, 30, 8, 55, 52, 5e8, time.UTC), Note: new("n"),
		Subs: []item{{Name: "x"}, {Name: "y"}}, Any: map[string]any{"a": []any{1.0, nil}},
	}, got)
}

func TestReader_ErrorsNameThePlaceAndNoValue(t *testing.T) {
	for data, want := range map[string]string{
		`{}`:                         "name is missing",
		`{"Name":"secret"}`:          "name is missing",
		`{"name":null}`:              "name is not a string",
		`{"name":1}`:                 "name is not a string",
		`{"name":"a","count":"1"}`:   "count is not an integer",
		`{"name":"a","count":1.5}`:   "count is not an integer",
		`{"name":"a","ratio":true}`:  "ratio is not a number",
		`{"name":"a","ratio":1e400}`: "ratio is beyond what Go can hold",
		`{"name":"a","any":[1e400]}`: "any is beyond what Go can hold",
		`{"name":"a","flag":"true"}`: "flag is not a boolean",
		`{"name":"a","flag":null}`:   "flag is not a boolean",
		`{"name":"a","at":"secret"}`: "at is not a date-time (RFC 3339)",
		`{"name":"a","at":1}`:        "at is not a string",
		`{"name":"a","subs":{}}`:     "subs is not an array",
		`{"name":"a","subs":[{"name":"b"},{"name":"c","subs":[1]}]}`: "subs[1].subs[0] is not a JSON object",
		`{"name":"a","subs":[{"name":"b"},{}]}`:                      "subs[1].name is missing",
		`{"name":"a","name":"b"}`:                                    "an object in which a name appears twice",
		`{"name":"a","subs":[{"name":"b","n\u0061me":"c"}]}`:         "subs[0] is an object in which a name appears twice",
		`{"name":"a","secret":[{"secret":1,"secret":2}]}`:            "* is an object in which a name appears twice",
		`{"name":"a","any":{"secret":1,"secret":2}}`:                 "any is an object in which a name appears twice",
		`[]`:                               "not a JSON object",
		`null`:                             "not a JSON object",
		`{"name":"a"} 1`:                   "not one valid JSON value",
		`{"name":"a"`:                      "not one valid JSON value",
		``:                                 "not one valid JSON value",
		"{\"name\":\"\xff\"}":              "not one valid JSON value",
		strings.Repeat(`{"subs":[`, 20000): "not one valid JSON value",
		strings.Repeat(`{"subs":[`, 20000) + strings.Repeat(`]}`, 20000): "not one valid JSON value",
	} {
		_, err := readAll(data)
		require.EqualError(t, err, want, "%.80s", data)
	}
}

func TestReader_DoesNothingAfterAnError(t *testing.T) {
	r := strictjson.NewReader([]byte(`[1,2]`))
	require.Empty(t, r.String())
	require.Zero(t, r.Int())
	require.Zero(t, r.Int32())
	require.Zero(t, r.Float32())
	require.False(t, r.Bool())
	require.False(t, r.Null())
	require.Nil(t, r.Any())
	require.Zero(t, r.Time())
	r.Skip()
	r.Array(func() { t.Error("called") })
	r.Object(func(string) { t.Error("called") })
	r.Refuse("later")
	require.EqualError(t, r.Err(), "not a string")
}

func TestReader_IntegersAreThoseOfJSONSchema(t *testing.T) {
	for text, want := range map[string]int64{
		"0": 0, "-0": 0, "1.0": 1, "1e2": 100, "1E+2": 100, "-1.50e1": -15, "100e-2": 1, "0e999999999999": 0, "0.000e-5": 0, "-0.0": 0,
		"9223372036854775807": math.MaxInt64, "-9223372036854775808": math.MinInt64, "9223372036854775807.0": math.MaxInt64,
		"0.9223372036854775807e19": math.MaxInt64, "0.001e3": 1, "10e-1": 1,
	} {
		r := strictjson.NewReader([]byte(text))
		require.Equal(t, want, r.Int64(), text)
		require.NoError(t, r.Err(), text)
	}
	for text, want := range map[string]string{
		"1.5": "not an integer", "1e-1": "not an integer", "15e-1": "not an integer", "0.001e2": "not an integer", "1e-999999999999": "not an integer",
		"9223372036854775808": "beyond what Go can hold", "1e19": "beyond what Go can hold", "1e400": "beyond what Go can hold",
		"1e999999999999999999999": "beyond what Go can hold", "-1e19": "beyond what Go can hold",
	} {
		r := strictjson.NewReader([]byte(text))
		require.Zero(t, r.Int64())
		require.EqualError(t, r.Err(), want, text)
	}
	r := strictjson.NewReader([]byte("2147483648"))
	require.Zero(t, r.Int32())
	require.EqualError(t, r.Err(), "beyond what Go can hold")
}

func TestReader_ALeapSecondIsTheSecondAfter(t *testing.T) {
	for text, want := range map[string]time.Time{
		"2016-12-31T23:59:60Z":           time.Date(2017, 1, 1, 0, 0, 0, 0, time.UTC),
		"2016-12-31t23:59:60.25z":        time.Date(2017, 1, 1, 0, 0, 0, 25e7, time.UTC),
		"2016-12-31T15:59:60-08:00":      time.Date(2017, 1, 1, 0, 0, 0, 0, time.UTC),
		"2025-07-30T08:55:52.520909994Z": time.Date(2025, 7, 30, 8, 55, 52, 520909994, time.UTC),
	} {
		r := strictjson.NewReader([]byte(`"` + text + `"`))
		got := r.Time()
		require.NoError(t, r.Err())
		require.True(t, want.Equal(got), "%s: %s", text, got)
	}
}

func TestReader_UniqueArrayComparesJSONValues(t *testing.T) {
	for data, unique := range map[string]bool{
		`[]`: true, `[1]`: true, `[1,2]`: true, `[{"a":1},{"a":2}]`: true, `["1",1]`: true, `[1e30,1e31]`: true, `[[1,2],[2,1]]`: true, `[0,false,null]`: true,
		`[1,1.0]`: false, `[100,1e2]`: false, `[-0,0.0e5]`: false, `[{"a":1,"b":"x"},{"b":"\u0078","a":1.0}]`: false, `[null,1,null]`: false, `[[{}],[{}]]`: false,
	} {
		r := strictjson.NewReader([]byte(data))
		r.UniqueArray(r.Skip)
		if unique {
			require.NoError(t, r.Err(), data)
		} else {
			require.EqualError(t, r.Err(), "an array with an item twice", data)
		}
	}
}

func TestReader_APathIsBounded(t *testing.T) {
	_, err := readAll(strings.Repeat(`{"name":"a","subs":[`, 4000) + "1" + strings.Repeat(`]}`, 4000))
	require.ErrorContains(t, err, "subs[0].subs[0].")
	require.ErrorContains(t, err, ".… is not a JSON object")
	require.Less(t, len(err.Error()), 300)
}

func TestReader_HidesNamesThatAreData(t *testing.T) {
	r := strictjson.NewReader([]byte(`{"labels":{"secret":[1]}}`))
	r.Object(func(string) {
		r.Object(func(string) {
			r.Array(func() { _ = r.String() })
			r.HideName()
		})
	})
	require.EqualError(t, r.Err(), "labels.*[0] is not a string")
}

func TestReader_StringsDoNotKeepTheAnswer(t *testing.T) {
	data := []byte(`"abc"`)
	r := strictjson.NewReader(data)
	s := r.String()
	data[1] = 'x'
	require.Equal(t, "abc", s)
}

func TestReader_AllocatesFiveTimesForALink(t *testing.T) {
	data := []byte(`{"name":"https://example.com/api/v2/actorTrip/urlback?t=EXAMPLE_TOKEN","note":null,"at":"2025-07-30T08:55:52.520909994Z","more":{"a":[1,2]}}`)
	require.LessOrEqual(t, testing.AllocsPerRun(100, func() {
		r := strictjson.NewReader(data)
		_ = readItem(&r)
	}), 5.0)
}

func TestIsFalse_AsksForALiteralMember(t *testing.T) {
	for data, want := range map[string]bool{
		`{"status":false}`:                   true,
		`{"a":{},"status" : false }`:         true,
		`{"status":true}`:                    false,
		`{"status":"false"}`:                 false,
		`{"Status":false}`:                   false,
		`{"a":{"status":false}}`:             false,
		`{"status":false,"status":false}`:    false,
		`{"status":false,"a":{"b":1,"b":1}}`: false,
		`{"status":false}x`:                  false,
		`false`:                              false,
	} {
		require.Equal(t, want, strictjson.IsFalse([]byte(data), "status"), data)
	}
}

// What the reader accepts it reads as encoding/json does.
func FuzzReader(f *testing.F) {
	for _, s := range []string{
		`{"name":"a","count":1,"any":[{"b":null}]}`, `{"name":"\ud83c\udf89","subs":[{"name":"b"}]}`, `{"name":"a","count":1e2}`,
		`{"name":"a","at":"2016-12-31T23:59:60Z"}`, `{"name":"\ud800","ratio":-0.0}`, `{"name":"a","Name":"b"}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		r := strictjson.NewReader(data)
		got := readItem(&r)
		if !utf8.Valid(data) || !json.Valid(data) {
			require.ErrorIs(t, r.Err(), strictjson.ErrSyntax)
			return
		}
		if r.Err() != nil {
			return
		}
		require.NoError(t, strictjson.Check(data))
		decoder := json.NewDecoder(bytes.NewReader(data))
		decoder.UseNumber()
		var want map[string]any
		require.NoError(t, decoder.Decode(&want))
		require.Equal(t, want["name"], got.Name)
		if count, ok := want["count"].(json.Number); ok && len(count) < 50 && !strings.ContainsAny(string(count), "eE") {
			exact, _ := new(big.Rat).SetString(string(count))
			require.Zero(t, exact.Cmp(new(big.Rat).SetInt64(got.Count)))
		}
		if ratio, ok := want["ratio"].(json.Number); ok {
			f, err := ratio.Float64()
			require.NoError(t, err)
			require.Equal(t, f, got.Ratio)
		}
		if subs, ok := want["subs"].([]any); ok {
			require.Len(t, got.Subs, len(subs))
		}
	})
}

func BenchmarkReader_Wide(b *testing.B) {
	for _, n := range []int{1000, 10000} {
		members := []string{`"name":"a"`}
		for i := range n {
			members = append(members, fmt.Sprintf(`"k%d":%d`, i, i))
		}
		data := "{" + strings.Join(members, ",") + "}"
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			for b.Loop() {
				_, _ = readAll(data)
			}
		})
	}
}
