package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"unicode"
	"unicode/utf16"

	"github.com/spf13/cobra"

	"github.com/umbrella-api/umbrella-go/contract"
	"github.com/umbrella-api/umbrella-go/internal/strictjson"
)

// call is what umbrella call is told.
type call struct {
	connection
	file   string
	params []string
}

func newCall(std streams) *cobra.Command {
	c := &call{connection: connection{std: std}}
	known, broken := operations(contract.OpenAPI())
	names := slices.Sorted(maps.Keys(known))
	cmd := command("call OPERATION", "Call any operation of the API with a request from a file", oneArgument("OPERATION"), nil)
	cmd.Long = "Call an operation and print its answer. The request is held against the document\nbefore it is sent, and the answer after that. The operations:\n\n  " + strings.Join(names, "\n  ")
	cmd.Example = "  umbrella call createSessionLink --file request.json\n  umbrella call getVerification --param sessionId=123e4567-e89b-12d3-a456-426614174000"
	cmd.ValidArgs = names
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		op, ok := known[args[0]]
		switch {
		case broken != nil:
			return broken
		case !ok:
			return usagef("there is no operation %s%s; operations: %s", shown(args[0]), suggest(args[0], names), strings.Join(names, ", "))
		}
		return c.run(cmd.Context(), op, cmd.Flags().Changed("file"))
	}
	cmd.Flags().StringVar(&c.file, "file", "", "the body as JSON in `FILE`, - for standard input")
	cmd.Flags().StringArrayVar(&c.params, "param", nil, "a parameter of the path, the query or the header, as `NAME=VALUE`; repeatable")
	c.define(cmd.Flags())
	return cmd
}

func (c *call) run(ctx context.Context, op operation, hasFile bool) error {
	var wrong misuse
	values, body := c.values(op, &wrong), c.body(op, hasFile, &wrong)
	if wrong.err() == nil {
		found, err := op.violations(values, body, true)
		if err != nil {
			return err
		}
		for _, v := range found {
			wrong.add("%s", placed(v))
		}
	}
	client := c.client(&wrong)
	if err := wrong.err(); err != nil {
		return err
	}
	req, err := op.request(ctx, c.base, values, body)
	if err != nil {
		return err
	}
	resp, err := waitFor(c.std, "the service", func() (*http.Response, error) { return client.Do(req) })
	if err != nil {
		return err
	}
	if err := c.show(op, values, resp); err != nil {
		return outcome{"", !op.safe(), fmt.Errorf("%s: %w", op.OperationID, err)}
	}
	return nil
}

// values are the parameters by name.
func (c *call) values(op operation, wrong *misuse) map[string]string {
	values := map[string]string{}
	var names []string
	for _, p := range op.parameters {
		names = append(names, p.Value.Name)
	}
	for _, pair := range c.params {
		name, value, ok := strings.Cut(pair, "=")
		_, twice := values[name]
		switch {
		case !ok || name == "":
			wrong.add("--param needs NAME=VALUE, for example --param sessionId=123e4567")
		case !slices.Contains(names, name):
			wrong.add("--param %s: %s has no such parameter%s", shown(name), op.OperationID, suggest(name, names))
		case twice:
			wrong.add("--param %s is given twice", name)
		case strings.Trim(value, ".") == "" && op.parameters.GetByInAndName("path", name) != nil:
			wrong.add("--param %s must not be empty or of dots alone", name)
		}
		values[name] = value
	}
	for _, p := range op.parameters {
		if _, given := values[p.Value.Name]; p.Value.Required && !given {
			wrong.add("--param %s=VALUE is missing", p.Value.Name)
		}
	}
	return values
}

// body is that of the request, nil if there is none.
func (c *call) body(op operation, given bool, wrong *misuse) []byte {
	switch {
	case op.RequestBody == nil && given:
		wrong.add("--file: %s takes no body", op.OperationID)
	case op.RequestBody != nil && op.RequestBody.Value.Required && !given:
		wrong.add("--file is missing: %s takes a body", op.OperationID)
	case given:
		data, err := readFile(c.file, c.std.in)
		if err != nil {
			wrong.add("%s", err)
		}
		return data
	}
	return nil
}

// placed names the place of a violation as it was typed.
func placed(v contract.Violation) string {
	for _, in := range []string{"$path.", "$query.", "$header."} {
		if name, ok := strings.CutPrefix(v.Path, in); ok {
			return "--param " + name + " " + explained(v)
		}
	}
	return v.Path + " in --file " + explained(v)
}

// explained is what is wrong there.
func explained(v contract.Violation) string {
	if strings.HasSuffix(v.Rule, "Properties") { // additionalProperties, unevaluatedProperties
		return "is not in the document: correct or remove it"
	}
	return v.Reason
}

// show prints the answer, and then says whether it is the one that the document promises.
func (c *call) show(op operation, values map[string]string, resp *http.Response) error {
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	if _, err := c.std.out.Write(printable(body, c.json)); err != nil {
		return fmt.Errorf("an answer came, but printing it failed: %w", err)
	}
	if strictjson.IsFalse(body, "status") {
		return errors.New(`the answer says "status": false`)
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return op.check(values, nil, resp, false)
}

// printable formats JSON, and escapes in it what could steer a terminal.
func printable(body []byte, asLine bool) []byte {
	var out, escaped bytes.Buffer
	format := func() error { return json.Indent(&out, body, "", "  ") }
	if asLine {
		format = func() error { return json.Compact(&out, body) }
	}
	if len(body) == 0 {
		return nil
	} else if format() != nil {
		return fmt.Appendf(nil, "%q\n", body)
	}
	for _, r := range out.String() {
		if r == '\n' || unicode.IsPrint(r) {
			escaped.WriteRune(r)
			continue
		}
		for _, unit := range utf16.Encode([]rune{r}) {
			fmt.Fprintf(&escaped, `\u%04x`, unit)
		}
	}
	return append(escaped.Bytes(), '\n')
}
