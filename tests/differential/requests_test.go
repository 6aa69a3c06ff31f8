package differential

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	umbrella "github.com/umbrella-api/umbrella-go"
	"github.com/umbrella-api/umbrella-go/tests/internal/spec"
)

func TestGeneratedRequests_AreJudgedAlike(t *testing.T) {
	d := load(t)
	for _, op := range d.Operations {
		t.Run(op.ID, func(t *testing.T) {
			sum := run(t, op, *inputs/len(d.Operations), func(rng *rand.Rand, sum *tally) (func(int) string, error) {
				r, err := newRequests(t, op, rng, sum)
				return r.compare, err
			})
			if op.Body != nil || slices.ContainsFunc(op.Parameters, hasRules) {
				sum.requireBoth(t)
			}
		})
	}
}

// hasRules reports whether there is a text that the parameter must not be.
func hasRules(p *spec.Parameter) bool {
	_, err := p.Schema.Valid()
	return err != nil || !p.Schema.Conforms("0") || !p.Schema.Conforms("no value of a parameter")
}

// requests makes calls of one operation and compares who refuses them.
type requests struct {
	t          testing.TB
	op         *spec.Operation
	rand       *rand.Rand
	sum        *tally
	network    *memory
	method     *spec.Method
	body       *spec.Generator  // nil if the operation takes none
	near       []spec.Neighbour // of the body; these first
	parameters map[*spec.Parameter]*spec.Generator
	fixed      map[*spec.Parameter]any
}

func newRequests(t testing.TB, op *spec.Operation, rng *rand.Rand, sum *tally) (r *requests, err error) {
	r = &requests{
		t: t, op: op, rand: rng, sum: sum, network: &memory{},
		parameters: map[*spec.Parameter]*spec.Generator{}, fixed: map[*spec.Parameter]any{},
	}
	status, success := op.Success()
	r.network.status = status
	if success.Schema != nil {
		v, err := success.Schema.Valid()
		if err != nil {
			return nil, err
		}
		if success.Schema.Envelope() != nil {
			v.(map[string]any)["status"] = true
		}
		if r.network.answer, err = json.Marshal(v); err != nil {
			return nil, err
		}
	}
	client, err := newClient(r.network)
	if err != nil {
		return nil, err
	}
	if r.method, err = spec.Find(client, op); err != nil {
		return nil, err
	}
	for _, p := range op.Parameters {
		if r.parameters[p], err = spec.NewGenerator(p.Schema, nil, rng); err != nil {
			return nil, err
		}
		if r.fixed[p], err = p.Schema.Valid(); err != nil {
			return nil, err
		}
	}
	if op.Body != nil && op.Body.Schema != nil {
		if r.body, err = spec.NewGenerator(op.Body.Schema, op.Body.Examples, rng); err != nil {
			return nil, err
		}
		if r.near, err = op.Body.Schema.Neighbours(); err != nil {
			return nil, err
		}
		shuffle(r.near)
	}
	return r, nil
}

// input makes the i-th call: half of them go through the neighbours of a valid
// body, as far as there are any, the others are made at random.
func (r *requests) input(i int) (in spec.Input, err error) {
	in.Parameters = map[*spec.Parameter]any{}
	near := i%2 == 0 && i/2 < len(r.near)
	for _, p := range r.op.Parameters {
		switch {
		case r.rand.IntN(3) == 0 && !near:
			in.Parameters[p] = r.parameters[p].Value()
		case p.Required || r.rand.IntN(2) == 0:
			in.Parameters[p] = r.fixed[p]
		}
	}
	switch {
	case r.body == nil:
	case near:
		in.Body, err = json.Marshal(r.near[i/2].Value())
	default:
		in.Body, err = json.Marshal(r.body.Value())
	}
	return in, err
}

func (r *requests) compare(i int) (complaint string) {
	in, err := r.input(i)
	if err != nil {
		return err.Error()
	}
	call, err := r.method.Bind(r.t.Context(), in)
	if err != nil { // of another type than Go's
		r.sum.Lock()
		r.sum.impossible++
		r.sum.Unlock()
		return ""
	}
	if i%50 == 49 && call.Spoil(i/50) {
		return r.refusesBadText(call)
	}
	wire, err := call.Body()
	if err != nil {
		return "the body does not marshal: " + err.Error()
	}
	parameters, err := call.Parameters()
	if err != nil {
		return "the parameters do not marshal: " + err.Error()
	}
	r.network.sent = 0
	_, err = call.Do()
	for p, value := range parameters {
		// The document cannot say so, but no path can hold these.
		if p.In == "path" && slices.Contains([]any{"", ".", ".."}, value) {
			if err == nil || r.network.sent > 0 {
				return fmt.Sprintf("%s: %s is %q, and yet it was sent", r.op.ID, p.Name, value)
			}
			return ""
		}
	}
	byClient, complaint := r.refusal(err)
	if complaint != "" {
		return fmt.Sprintf("%s: %s: %s %s", r.op.ID, complaint, r.op.URL(parameters), wire)
	}
	if byClient == nil {
		if want := r.op.URL(parameters); !spec.SameURL(want, r.network.url) || r.network.method != r.op.Method || !bytes.Equal(wire, r.network.body) {
			return fmt.Sprintf("sent %s %s %s, want %s %s %s", r.network.method, r.network.url, r.network.body, r.op.Method, want, wire)
		}
	}
	return r.judge(wire, parameters, byClient)
}

// judge asks the judges for what the call would send.
func (r *requests) judge(wire []byte, parameters map[*spec.Parameter]any, byClient []string) (complaint string) {
	v := verdict{op: r.op, input: fmt.Sprintf("%s %s", r.op.URL(parameters), wire), strict: true, client: byClient == nil, schema: true, kin: true}
	all := map[string]any{}
	if r.body != nil && wire != nil {
		body, err := spec.Decode(wire)
		if err != nil {
			return err.Error()
		}
		all["body"] = body
		v.judge(r.op.Body.Schema, body)
		if byBody := ofBody(byClient); !slices.Equal(v.broken, byBody) {
			return fmt.Sprintf("%s: the client finds %q, jsonschema %q in %s", r.op.ID, byBody, v.broken, wire)
		}
	}
	for p, value := range parameters {
		all[p.Name] = value
		v.broken = append(v.broken, p.Schema.Broken(value)...)
		v.schema, v.kin = v.schema && p.Schema.Conforms(value), v.kin && p.Schema.ConformsToKin(value)
	}
	v.value = all
	return r.sum.count(v)
}

// refusal lists what the client found wrong; nil if it sent the request.
func (r *requests) refusal(err error) (byClient []string, complaint string) {
	var invalid *umbrella.ValidationError
	switch {
	case err == nil && r.network.sent == 1:
		return nil, ""
	case err == nil:
		return nil, fmt.Sprintf("%d requests for one call", r.network.sent)
	case !errors.As(err, &invalid):
		return nil, "neither sent nor refused: " + err.Error()
	case r.network.sent > 0:
		return nil, "refused after it was sent"
	case len(invalid.Fields) == 0:
		return nil, "refused without a reason"
	}
	for _, f := range invalid.Fields {
		byClient = append(byClient, f.Path+" "+f.Rule)
	}
	slices.Sort(byClient)
	return slices.Compact(byClient), ""
}

// ofBody leaves out what is wrong with parameters, whose paths do not begin with
// "$" alone.
func ofBody(rules []string) (list []string) {
	for _, rule := range rules {
		if rule[:2] == "$ " || rule[:2] == "$." || rule[:2] == "$[" {
			list = append(list, rule)
		}
	}
	return list
}

// refusesBadText: encoding/json would replace bytes that are no UTF-8 without a
// word, so the judges never see them.
func (r *requests) refusesBadText(call *spec.Call) (complaint string) {
	r.network.sent = 0
	_, err := call.Do()
	byClient, complaint := r.refusal(err)
	if complaint == "" && byClient == nil {
		return "a string that is no UTF-8 was sent: " + string(r.network.body)
	}
	return complaint
}

func TestReasons_CoverNothingElse(t *testing.T) {
	op := load(t).Operations[0]
	one := map[string]any{"n": json.Number("1")}
	for name, v := range map[string]verdict{
		"only the client accepts":               {strict: true, client: true, broken: []string{"$.x format"}},
		"only the client refuses":               {strict: true, schema: true, kin: true, value: one},
		"the client accepts broken JSON":        {client: true, broken: []string{"$ json"}},
		"only kin-openapi accepts":              {strict: true, kin: true, broken: []string{"$.x format", "$.y const"}},
		"only kin-openapi refuses":              {strict: true, client: true, schema: true, value: one},
		"only jsonschema accepts":               {strict: true, schema: true, value: one},
		"a keyword refuses, the whole does not": {strict: true, client: true, schema: true, kin: true, broken: []string{"$.x format"}},
	} {
		v.op = op
		_, complaint := v.disagreements()
		require.NotEmpty(t, complaint, name)
	}
	_, complaint := verdict{op: op, strict: true, client: true, schema: true, kin: true}.disagreements()
	require.Empty(t, complaint)
}
