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
	"github.com/spf13/pflag"

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
	known, broken := operations()
	names := slices.Sorted(maps.Keys(known))
	cmd := &cobra.Command{
		Use: "call OPERATION", Short: "Call any operation of the API with a request from a file",
		Long: "Call an operation and print its answer. The request is held against the document\nbefore it is sent, and the answer after that. The operations:\n\n  " + strings.Join(names, "\n  "),
		Example: `  umbrella call createSessionLink --file request.json
  umbrella call getVerification --param sessionId=123e4567-e89b-12d3-a456-426614174000`,
		Args: oneArgument("OPERATION"), ValidArgs: names,
		RunE: func(cmd *cobra.Command, args []string) error {
			op, ok := known[args[0]]
			if broken != nil {
				return broken
			} else if !ok {
				return usagef("there is no operation %s%s; operations: %s", shown(args[0]), suggest(args[0], names), strings.Join(names, ", "))
			}
			return c.run(cmd.Context(), op, cmd.Flags())
		},
	}
	cmd.Flags().SortFlags = false
	cmd.Flags().StringVar(&c.file, "file", "", "the body as JSON in `FILE`, - for standard input")
	cmd.Flags().StringArrayVar(&c.params, "param", nil, "a parameter of the path, the query or the header, as `NAME=VALUE`; repeatable")
	c.define(cmd.Flags())
	return cmd
}

func (c *call) run(ctx context.Context, op operation, fs *pflag.FlagSet) error {
	var wrong misuse
	values := c.values(op, &wrong)
	body := c.body(op, fs.Changed("file"), &wrong)
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
	var resp *http.Response
	err = c.std.whileWaiting("the service", func() (err error) {
		resp, err = client.Do(req)
		return err
	})
	if err != nil {
		return err
	}
	return c.show(op, values, resp)
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
		case op.parameters.GetByInAndName("path", name) != nil && strings.Trim(value, ".") == "":
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

// show prints the answer, and then says whether it breaks the document.
func (c *call) show(op operation, values map[string]string, resp *http.Response) error {
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return err
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	wrong := op.checkAnswer(values, resp)
	if strictjson.IsFalse(body, "status") {
		wrong = errors.New(`the answer says "status": false`)
	}
	if _, err = c.std.out.Write(printable(body, c.json)); err != nil {
		wrong = fmt.Errorf("the answer came, but printing it failed: %w", err)
	}
	if wrong != nil && !op.safe() {
		return unclear{fmt.Errorf("%s: %w; it may have been processed all the same: check before you call again", op.OperationID, wrong)}
	}
	return wrong
}

// printable formats JSON, and escapes in it what could steer a terminal.
func printable(body []byte, asLine bool) []byte {
	var out, escaped bytes.Buffer
	format := func() error { return json.Indent(&out, body, "", "  ") }
	if asLine {
		format = func() error { return json.Compact(&out, body) }
	}
	if format() != nil {
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
