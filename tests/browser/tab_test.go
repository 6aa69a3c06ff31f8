package browser

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

const patience = 15 * time.Second // for what a page does by itself

// tab is a tab with a profile of its own.
type tab struct {
	ctx     context.Context
	dialogs chan string // what pages said with alert and its like
}

func open(t *testing.T, address string) *tab { return openIn(t, browser, address) }

func openIn(t *testing.T, browser context.Context, address string) *tab {
	ctx, closeTab := chromedp.NewContext(browser, chromedp.WithNewBrowserContext())
	t.Cleanup(closeTab)
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	t.Cleanup(cancel)
	b := &tab{ctx, make(chan string, 100)}
	require.NoError(t, chromedp.Listen(ctx, func(event any) {
		if d, ok := event.(*page.EventJavascriptDialogOpening); ok {
			b.dialogs <- d.Message
		}
	}))
	require.NoError(t, chromedp.Do(ctx, chromedp.EmulateViewport(1000, 700)))
	b.visit(t, address)
	return b
}

func (b *tab) visit(t *testing.T, address string) {
	require.NoError(t, chromedp.Do(b.ctx, chromedp.Navigate(address)))
}

// evaluate returns the value of an expression, or of its promise, in the page.
func evaluate[T any](t *testing.T, b *tab, expression string) T {
	value, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	require.NoError(t, err, expression)
	return value
}

// until waits for an expression to be true in whatever page is shown by then.
func (b *tab) until(t *testing.T, expression string) {
	require.Eventually(t, func() bool {
		value, err := chromedp.Run(b.ctx, chromedp.Evaluate[bool](expression))
		return err == nil && value // an error while one page makes way for the next
	}, patience, 50*time.Millisecond, expression)
}

// arrive waits for the browser to be at an address with the page loaded.
func (b *tab) arrive(t *testing.T, address string) {
	b.until(t, fmt.Sprintf("location.href === %s && document.readyState === 'complete'", quote(address)))
}

// shows waits for a text in the page.
func (b *tab) shows(t *testing.T, text string) {
	b.until(t, fmt.Sprintf("document.body.innerText.includes(%s)", quote(text)))
}

func quote(s string) string {
	quoted, _ := json.Marshal(s) // a string always has a JSON text
	return string(quoted)
}

// press clicks with the mouse the one element that a screen reader announces with
// this role and name.
func (b *tab) press(t *testing.T, role, name string) {
	require.NoError(t, chromedp.Do(b.ctx, chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		document, err := cdp.Call(ctx, target, dom.GetDocument, dom.GetDocumentParams{})
		if err != nil {
			return err
		}
		found, err := cdp.Call(ctx, target, accessibility.QueryAXTree, accessibility.QueryAXTreeParams{
			BackendNodeID: document.Root.BackendNodeID, Role: role, AccessibleName: name,
		})
		if err != nil {
			return err
		}
		if len(found.Nodes) != 1 {
			return fmt.Errorf("the page has %d of %s %q, not one", len(found.Nodes), role, name)
		}
		node := found.Nodes[0].BackendDOMNodeID
		if _, err := cdp.Call(ctx, target, dom.ScrollIntoViewIfNeeded, dom.ScrollIntoViewIfNeededParams{BackendNodeID: node}); err != nil {
			return err
		}
		place, err := cdp.Call(ctx, target, dom.GetContentQuads, dom.GetContentQuadsParams{BackendNodeID: node})
		if err != nil {
			return err
		}
		q := place.Quads[0] // x and y of four corners
		_, err = chromedp.MouseClickXY((q[0]+q[4])/2, (q[1]+q[5])/2)(ctx, target)
		return err
	})))
}

// silent fails the test if a page has opened a dialog.
func (b *tab) silent(t *testing.T) {
	select {
	case said := <-b.dialogs:
		require.Fail(t, "a page opened a dialog", said)
	default:
	}
}

// finding is a rule of axe-core that a page breaks.
type finding struct {
	ID, Impact, Help string
	Nodes            []struct{ HTML string }
}

// accessible fails the test for each serious or critical finding of axe-core.
func (b *tab) accessible(t *testing.T) {
	evaluate[bool](t, b, axe+"\n;true")
	var serious []finding
	for _, f := range evaluate[[]finding](t, b, "axe.run().then(r => { if (r.passes.length < 5) throw 'axe-core judged nothing'; return r.violations })") {
		if f.Impact == "serious" || f.Impact == "critical" {
			serious = append(serious, f)
		} else {
			t.Logf("%s finding at %s: %s: %v", f.Impact, evaluate[string](t, b, "location.pathname"), f.Help, f.Nodes)
		}
	}
	require.Empty(t, serious)
}
