package differential

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	umbrella "github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/tests/internal/spec"
)

func TestGeneratedAnswers_AreJudgedAlike(t *testing.T) {
	d := load(t)
	for _, op := range d.Operations {
		if _, success := op.Success(); success.Schema == nil {
			continue
		}
		t.Run(op.ID, func(t *testing.T) {
			run(t, op, *inputs/len(d.Operations), func(rng *rand.Rand, sum *tally) (func(int) string, error) {
				a, err := newAnswers(t, op, rng, sum)
				return a.compare, err
			}).requireBoth(t)
		})
	}
}

func FuzzAnswers(f *testing.F) {
	var all []*answers
	for _, op := range load(f).Operations {
		_, success := op.Success()
		if success.Schema == nil {
			continue
		}
		a, err := newAnswers(f, op, rand.New(rand.NewPCG(*seed, 0)), &tally{why: map[string]int{}})
		require.NoError(f, err)
		all = append(all, a)
		for range 20 {
			data, err := a.bodies.JSON()
			require.NoError(f, err)
			f.Add(data)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, a := range all {
			if complaint := a.judge(data); complaint != "" {
				t.Error(complaint)
			}
		}
	})
}

// answers serves bodies for one valid call and compares who refuses them.
type answers struct {
	op      *spec.Operation
	sum     *tally
	network *memory
	call    *spec.Call
	schema  *spec.Schema
	bodies  *spec.Generator
	near    []spec.Neighbour // these first
}

func newAnswers(t testing.TB, op *spec.Operation, rng *rand.Rand, sum *tally) (a *answers, err error) {
	status, success := op.Success()
	a = &answers{op: op, sum: sum, network: &memory{status: status}, schema: success.Schema}
	r, err := newRequests(t, op, rng, sum)
	if err != nil {
		return nil, err
	}
	client, err := newClient(a.network)
	if err != nil {
		return nil, err
	}
	method, err := spec.Find(client, op)
	if err != nil {
		return nil, err
	}
	in := spec.Input{Parameters: r.fixed}
	if r.body != nil {
		full, err := op.Body.Schema.Valid()
		if err != nil {
			return nil, err
		}
		if in.Body, err = json.Marshal(full); err != nil {
			return nil, err
		}
	}
	if a.call, err = method.Bind(t.Context(), in); err != nil {
		return nil, err
	}
	if a.bodies, err = spec.NewGenerator(success.Schema, success.Examples, rng); err != nil {
		return nil, err
	}
	if a.near, err = success.Schema.Neighbours(); err != nil {
		return nil, err
	}
	shuffle(a.near)
	return a, nil
}

func (a *answers) compare(i int) (complaint string) {
	data, err := a.bodies.JSON()
	if i%2 == 0 && i/2 < len(a.near) {
		data, err = json.Marshal(a.near[i/2].Value())
	}
	if err != nil {
		return err.Error()
	}
	return a.judge(data)
}

func (a *answers) judge(data []byte) (complaint string) {
	a.network.answer = data
	result, failure := a.call.Do()
	v := verdict{op: a.op, input: fmt.Sprintf("%q", data), client: failure == nil, strict: spec.Strict(data)}
	if v.strict {
		var err error
		if v.value, err = spec.Decode(data); err != nil {
			return err.Error()
		}
		v.judge(a.schema, v.value)
	} else {
		v.broken = []string{"$ json"}
	}
	switch {
	case failure == nil:
		if complaint := a.differs(v, result); complaint != "" {
			return complaint
		}
	case errors.Is(failure, umbrella.ErrUnsuccessful):
		// An answer that says so itself needs no data.
		if members, _ := v.value.(map[string]any); a.schema.Envelope() == nil || members["status"] != false {
			return fmt.Sprintf("%s: unsuccessful: %s", a.op.ID, v.input)
		}
		return ""
	case !errors.Is(failure, umbrella.ErrInvalidResponse):
		return fmt.Sprintf("%s: %v: %s", a.op.ID, failure, v.input)
	}
	return a.sum.count(v)
}

// differs compares the value that the caller gets with what the judges have read.
func (a *answers) differs(v verdict, result any) (complaint string) {
	schema, sent := a.schema, v.value
	if data := schema.Envelope(); data != nil {
		members, _ := sent.(map[string]any)
		schema, sent = data, members["data"]
	}
	written, err := json.Marshal(result)
	if err != nil {
		return err.Error()
	}
	got, err := spec.Decode(written)
	if err != nil {
		return err.Error()
	}
	if path := difference(schema, "$", sent, got); path != "" && v.strict {
		return fmt.Sprintf("%s: the result differs at %s: %s is from %s", a.op.ID, path, written, v.input)
	}
	return ""
}

// difference is the path at which got, a Go value as JSON, is not what was sent,
// as far as the schema knows it.
func difference(s *spec.Schema, path string, sent, got any) string {
	switch sent := sent.(type) {
	case map[string]any:
		members, _ := got.(map[string]any)
		for name, member := range sent {
			known := s.Properties[name]
			if known == nil {
				known = s.Additional
			}
			if known == nil {
				continue
			}
			if _, there := members[name]; !there && isZero(member) {
				continue // omitempty
			}
			if at := difference(known, path+"."+name, member, members[name]); at != "" {
				return at
			}
		}
		return ""
	case []any:
		items, _ := got.([]any)
		if len(items) != len(sent) {
			return path
		}
		for i := range sent {
			if s.Items == nil {
				continue
			}
			if at := difference(s.Items, fmt.Sprintf("%s[%d]", path, i), sent[i], items[i]); at != "" {
				return at
			}
		}
		return ""
	}
	if !same(s, sent, got) {
		return path
	}
	return ""
}

func same(s *spec.Schema, sent, got any) bool {
	switch sent := sent.(type) {
	case nil:
		return isZero(got)
	case string:
		text, _ := got.(string)
		if s.Raw["format"] == "date-time" {
			return sent != "" && instant(sent).Equal(instant(text))
		}
		return text == sent
	case json.Number:
		number, _ := got.(json.Number)
		x, okX := new(big.Rat).SetString(sent.String())
		y, okY := new(big.Rat).SetString(number.String())
		f, _ := sent.Float64()
		g, _ := number.Float64()
		return okX && okY && (x.Cmp(y) == 0 || !slices.Contains(s.Types, "integer") && f == g)
	}
	return reflect.DeepEqual(sent, got)
}

// instant reads a date-time with everything that RFC 3339 allows.
func instant(text string) time.Time {
	text = strings.ToUpper(text)
	leap := len(text) > 19 && text[17:19] == "60"
	if leap {
		text = text[:17] + "59" + text[19:]
	}
	at, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return time.Time{}
	}
	if leap {
		at = at.Add(time.Second)
	}
	return at
}

func isZero(v any) bool {
	switch v := v.(type) {
	case map[string]any:
		return len(v) == 0
	case []any:
		return len(v) == 0
	case json.Number:
		f, err := v.Float64()
		return err == nil && f == 0
	}
	return v == nil || v == "" || v == false
}
