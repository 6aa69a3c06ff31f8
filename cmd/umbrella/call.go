package main

import (
	"bytes"
	"context"
	"encoding/json"
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

	"github.com/umbrella-api/umbrella-go/internal/strictjson"
)

// call is what umbrella call is told.
type call struct {
	connection
	flags  *pflag.FlagSet
	file   string
	params []string

	known  map[string]operation
	op     operation
	values map[string]string // of the parameters, by name
	body   []byte            // nil if there is none
}

func newCall(inv *invocation) *cobra.Command {
	c := &call{connection: connection{invocation: inv}, known: inv.operations()}
	names := slices.Sorted(maps.Keys(c.known))
	cmd := inv.command("call OPERATION", "Call any operation of the API with a request from a file", c.check, c.run)
	cmd.Long = "Call an operation and print its answer. The request is held against the document\nbefore it is sent, and the answer after that. The operations:\n\n  " + strings.Join(names, "\n  ")
	cmd.Example = "  umbrella call createSessionLink --file request.json\n  umbrella call getVerification --param sessionId=123e4567-e89b-12d3-a456-426614174000"
	cmd.ValidArgs = names
	c.flags = cmd.Flags()
	c.flags.StringVar(&c.file, "file", "", "the body as JSON in `FILE`, - for standard input")
	c.flags.StringArrayVar(&c.params, "param", nil, "a parameter of the path, the query or the header, as `NAME=VALUE`; repeatable")
	c.define(c.flags)
	return cmd
}

func (c *call) check(id string) {
	op, ok := c.known[id]
	switch {
	case ok:
		c.checkRequest(op)
	case id != "":
		names := slices.Sorted(maps.Keys(c.known))
		c.wrong.add("there is no operation %s; operations: %s", named(id, names), strings.Join(names, ", "))
	}
	c.connect()
}

// checkRequest holds the request against the document. What is wrong with parameters is
// not said a second time in the document's words.
func (c *call) checkRequest(op operation) {
	c.op = op
	before := len(c.wrong.lines)
	c.readValues()
	reported := len(c.wrong.lines) > before
	if !c.readBody() {
		return
	}
	c.judge(op, c.values, c.body, func(path string) string {
		place := placed(path)
		if reported && strings.HasPrefix(place, "--param") {
			return ""
		}
		return place
	})
}

// placed names a place in the request as it was typed.
func placed(path string) string {
	for _, in := range []string{"$path", "$query", "$header"} {
		if name, ok := strings.CutPrefix(path, in); ok {
			return "--param " + strings.TrimPrefix(name, ".")
		}
	}
	return path + " in --file"
}

func (c *call) run(ctx context.Context, _ string) error {
	req, err := c.op.request(ctx, c.base, c.values, c.body)
	if err != nil {
		return err
	}
	changes := c.op.method != http.MethodGet && c.op.method != http.MethodHead
	what := forAnswer
	if changes {
		what = forChange
	}
	resp, err := waitFor(c.streams, what, func() (*http.Response, error) { return c.client.Do(req) })
	if err != nil {
		return err
	}
	c.done, c.answered = changes, resp.StatusCode
	return c.show(resp)
}

func (c *call) readValues() {
	c.values = map[string]string{}
	var names []string
	for _, p := range c.op.parameters {
		names = append(names, p.Value.Name)
	}
	for _, pair := range c.params {
		name, value, ok := strings.Cut(pair, "=")
		_, twice := c.values[name]
		switch {
		case !ok || name == "":
			c.wrong.add("--param needs NAME=VALUE, for example --param sessionId=123e4567")
		case !slices.Contains(names, name):
			c.wrong.add("--param %s: %s has no such parameter", named(name, names), c.op.OperationID)
		case twice:
			c.wrong.add("--param %s is given twice", name)
		case strings.Trim(value, ".") == "" && c.op.parameters.GetByInAndName("path", name) != nil:
			c.wrong.add("--param %s must not be empty or of dots alone", name)
		}
		c.values[name] = value
	}
	for _, p := range c.op.parameters {
		if _, given := c.values[p.Value.Name]; p.Value.Required && !given {
			c.wrong.add("--param %s=VALUE is missing", p.Value.Name)
		}
	}
}

func (c *call) readBody() (ok bool) {
	takes, given := c.op.RequestBody != nil, c.flags.Changed("file")
	var err error
	switch {
	case !takes && given:
		err = fmt.Errorf("--file: %s takes no body", c.op.OperationID)
	case takes && c.op.RequestBody.Value.Required && !given:
		err = fmt.Errorf("--file is missing: %s takes a body", c.op.OperationID)
	case given:
		c.body, err = readFile(c.file, c.stdin)
	}
	if err != nil {
		c.wrong.add("%s", err)
	}
	return err == nil
}

// show prints the answer, and then says whether it is the one that the document promises.
func (c *call) show(resp *http.Response) error {
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		return fmt.Errorf("%s: %w", c.op.OperationID, err)
	}
	if _, err := c.stdout.Write(printable(body, c.json)); err != nil {
		return fmt.Errorf("%s: an answer came, but printing it failed: %w", c.op.OperationID, err)
	}
	if strictjson.IsFalse(body, "status") {
		return fmt.Errorf(`%s: the answer says "status": false`, c.op.OperationID)
	}
	resp.Body = io.NopCloser(bytes.NewReader(body))
	return c.op.check(c.values, nil, resp)
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
	for _, r := range strings.TrimSpace(out.String()) {
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
