package spec

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
)

// Method is the method of a client for one operation, found by its name: the
// operation's id, whatever the case of its initialisms.
type Method struct {
	op *Operation
	fn reflect.Value
	// Where the parameters and the body go: indices of the method's arguments.
	arguments map[*Parameter]int
	options   int // the struct of optional query parameters, or -1
	body      int // or -1
}

// Input is what a call is made of, as JSON values. A parameter that is missing is
// left at its zero value, as a caller of the method would leave it.
type Input struct {
	Parameters map[*Parameter]any
	Body       []byte
}

// Find returns client's method for op. The arguments must be those that the
// document asks for: a context, the path parameters and the required query
// parameters in the order of the document, a pointer to a struct if there are
// optional query parameters, the body, and the editors.
func Find(client any, op *Operation) (*Method, error) {
	v := reflect.ValueOf(client)
	m := &Method{op: op, arguments: map[*Parameter]int{}, options: -1, body: -1}
	for i := range v.NumMethod() {
		if strings.EqualFold(v.Type().Method(i).Name, op.ID) {
			m.fn = v.Method(i)
		}
	}
	if !m.fn.IsValid() {
		return nil, fmt.Errorf("%T has no method for %s", client, op.ID)
	}
	next, optional := 1, false // 0 is the context
	for _, p := range op.Parameters {
		if p.In == "path" || p.Required {
			m.arguments[p] = next
			next++
		} else {
			optional = true
		}
	}
	if optional {
		m.options = next
		next++
	}
	if op.Body != nil {
		m.body = next
		next++
	}
	if t := m.fn.Type(); !t.IsVariadic() || t.NumIn() != next+1 {
		return nil, fmt.Errorf("%s is a %s, which does not have the %d arguments that the document asks for and editors", op.ID, t, next)
	}
	return m, nil
}

// Call is a call whose arguments are set.
type Call struct {
	method *Method
	args   []reflect.Value
}

// Bind sets the arguments. The error says that a Go value cannot hold the input.
func (m *Method) Bind(ctx context.Context, in Input) (*Call, error) {
	t := m.fn.Type()
	c := &Call{method: m, args: []reflect.Value{reflect.ValueOf(ctx)}}
	for i := 1; i < t.NumIn()-1; i++ {
		c.args = append(c.args, reflect.New(t.In(i)).Elem())
	}
	optional := map[string]any{}
	for p, value := range in.Parameters {
		i, argument := m.arguments[p]
		if !argument {
			optional[p.Name] = value
			continue
		}
		if err := set(c.args[i], value); err != nil {
			return nil, err
		}
	}
	if m.options >= 0 && len(optional) > 0 {
		if err := set(c.args[m.options], optional); err != nil {
			return nil, err
		}
	}
	if m.body >= 0 && in.Body != nil {
		if err := json.Unmarshal(in.Body, c.args[m.body].Addr().Interface()); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// set puts a JSON value into v. JSON knows no invalid UTF-8, so what a Go string
// holds of it would be replaced on the way.
func set(v reflect.Value, value any) error {
	if text, ok := value.(string); ok && v.Kind() == reflect.String {
		v.SetString(text)
		return nil
	}
	data, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return json.Unmarshal(data, v.Addr().Interface())
}

// Body is what the body's argument is as JSON, nil if there is none.
func (c *Call) Body() ([]byte, error) {
	if c.method.body < 0 {
		return nil, nil
	}
	return json.Marshal(c.args[c.method.body].Interface())
}

// Parameters is what the arguments for parameters are as JSON values. A query
// parameter that is not sent is not there.
func (c *Call) Parameters() (map[*Parameter]any, error) {
	all := map[*Parameter]any{}
	optional := map[string]any{}
	if i := c.method.options; i >= 0 {
		if err := reread(c.args[i], &optional); err != nil {
			return nil, err
		}
	}
	for _, p := range c.method.op.Parameters {
		if i, ok := c.method.arguments[p]; ok {
			var value any
			if err := reread(c.args[i], &value); err != nil {
				return nil, err
			}
			all[p] = value
		} else if value, ok := optional[p.Name]; ok {
			all[p] = value
		}
	}
	return all, nil
}

func reread(v reflect.Value, value any) error {
	data, err := json.Marshal(v.Interface())
	if err != nil {
		return err
	}
	decoded, err := Decode(data)
	if err == nil && decoded != nil {
		reflect.ValueOf(value).Elem().Set(reflect.ValueOf(decoded))
	}
	return err
}

// Do makes the call. The result is nil for an operation that returns only an error.
func (c *Call) Do() (result any, err error) {
	out := c.method.fn.Call(c.args)
	err, _ = out[len(out)-1].Interface().(error)
	if len(out) > 1 && !(out[0].Kind() == reflect.Pointer && out[0].IsNil()) {
		result = out[0].Interface()
	}
	return result, err
}

// Spoil puts bytes that are no UTF-8 into one string of the body, the pick-th of
// those that are not empty. It reports whether there is one.
func (c *Call) Spoil(pick int) bool {
	if c.method.body < 0 {
		return false
	}
	var found []reflect.Value
	collect(c.args[c.method.body], &found)
	if len(found) == 0 {
		return false
	}
	v := found[pick%len(found)]
	v.SetString(v.String() + "\xff")
	return true
}

// collect finds the strings that can be set. Those in maps cannot.
func collect(v reflect.Value, found *[]reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		if v.CanSet() {
			*found = append(*found, v)
		}
	case reflect.Pointer:
		if !v.IsNil() {
			collect(v.Elem(), found)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				collect(v.Field(i), found)
			}
		}
	case reflect.Slice:
		for i := range v.Len() {
			collect(v.Index(i), found)
		}
	}
}
