package browser

import (
	"os"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"
)

func TestPages_HaveNoSeriousFindingOfAxe(t *testing.T) {
	m := startMock(t)
	link := m.link(t, "https://example.com/done", "--fill", "Name=Erika Mustermann")
	require.Equal(t, 400, m.create(t, `{}`).status)
	for name, address := range map[string]string{
		"wizard": link.URL, "overview": m.overview(), "unknown": m.URL + "/wizard/unknown",
		"empty overview": startMock(t).overview(),
	} {
		t.Run(name, func(t *testing.T) { open(t, address).accessible(t) })
	}
}

func TestScreenshots_AreInDocs(t *testing.T) {
	m := startMock(t, "--seed", "1", "--webhook-url", startPage(t))
	signed, running := m.link(t, "https://example.com/done"), m.link(t, "https://example.com/done", "--fill", "Name=Erika Mustermann")
	require.Equal(t, 400, m.create(t, `{"email":"erika@example.com"}`).status)
	m.send(t, "POST", m.overview()+"sessions/"+signed.RequestID+"/complete", "", nil)
	m.send(t, "POST", m.overview()+"faults", `{"path": "/auth", "times": 2, "status": 503}`, nil)
	for _, shot := range []struct {
		name, address string
		width, height int64
	}{
		{"wizard", running.URL, 1000, 860}, {"overview", m.overview(), 1200, 1200},
	} {
		name, tab := shot.name, open(t, shot.address)
		require.NoError(t, chromedp.Do(tab.ctx, chromedp.EmulateViewport(shot.width, shot.height)))
		picture, err := chromedp.Run(tab.ctx, chromedp.CaptureScreenshot())
		require.NoError(t, err)
		require.Less(t, len(picture), 200_000, name)
		file := "../../docs/" + name + ".png"
		if *update {
			require.NoError(t, os.WriteFile(file, picture, 0o644))
		}
		require.FileExists(t, file, "make test-browser UPDATE=-update writes it")
	}
}
