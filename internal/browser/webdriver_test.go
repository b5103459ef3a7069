// Package browser_test tries the page in a real browser: headless Chromium, told what to do by ChromeDriver, whose
// WebDriver protocol (https://www.w3.org/TR/webdriver2/) is plain JSON over HTTP. It has nothing but tests.
package browser_test

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// browser is one window of a browser.
type browser struct {
	t       *testing.T
	session string // its URL at ChromeDriver
}

// open opens a browser, with more arguments of Chromium's, or skips the test where there is none. With FAKEGITLAB_BROWSER=required, as .ci/browser sets it,
// that is an error.
func open(t *testing.T, more ...string) browser {
	t.Helper()
	without := t.Skipf
	if os.Getenv("FAKEGITLAB_BROWSER") == "required" {
		without = t.Fatalf
	}
	if testing.Short() {
		t.Skip("starts a browser")
	}
	driver, err := exec.LookPath("chromedriver")
	chromium, err2 := exec.LookPath("chromium")
	if err := cmp.Or(err, err2); err != nil {
		without("no browser to try the page in (%v); .ci/browser installs one (Debian's chromium and chromium-driver)", err)
	}
	process := exec.Command(driver, "--port=0")
	out, err := process.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, process.Start())
	t.Cleanup(func() {
		_ = process.Process.Kill()
		_ = process.Wait()
	})
	started := regexp.MustCompile(`started successfully on port (\d+)`)
	b := browser{t: t}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if m := started.FindStringSubmatch(lines.Text()); m != nil {
			b.session = "http://127.0.0.1:" + m[1] + "/session"
			break
		}
	}
	require.NotEmpty(t, b.session, "ChromeDriver has not said its port")
	arguments := []string{"--headless", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
		"--disable-background-networking", "--disable-component-update", "--user-data-dir=" + t.TempDir()}
	arguments = append(arguments, more...)
	if os.Geteuid() == 0 {
		arguments = append(arguments, "--no-sandbox") // whose sandbox root does not have
	}
	var made struct{ SessionID string }
	if err := b.ask("POST", "", map[string]any{"capabilities": map[string]any{"alwaysMatch": map[string]any{
		"goog:chromeOptions": map[string]any{"binary": chromium, "args": arguments},
		"timeouts":           map[string]any{"script": patience.Milliseconds()}}}}, &made); err != nil {
		without("the browser does not start: %v", err)
	}
	b.session += "/" + made.SessionID
	t.Cleanup(func() { _ = b.ask("DELETE", "", nil, nil) })
	return b
}

// patience is how long anything on a page may take to come true.
const patience = 20 * time.Second

// ask calls ChromeDriver.
func (b browser) ask(method, path string, body, into any) error {
	var sent bytes.Buffer
	if method == "POST" {
		if err := json.NewEncoder(&sent).Encode(body); err != nil {
			return err
		}
	}
	r, err := http.NewRequest(method, b.session+path, &sent)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	var answer struct{ Value json.RawMessage }
	if err := json.NewDecoder(res.Body).Decode(&answer); err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("%s %s: %s", method, path, answer.Value)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(answer.Value, into)
}

func (b browser) do(path string, body, into any) {
	b.t.Helper()
	require.NoError(b.t, b.ask("POST", path, body, into))
}

func (b browser) visit(url string) {
	b.t.Helper()
	b.do("/url", map[string]any{"url": url}, nil)
}

// eval is the value of an expression of JavaScript, or of what it promises.
func eval[T any](b browser, expression string) (value T) {
	b.t.Helper()
	b.do("/execute/sync", map[string]any{"script": "return (" + expression + ")", "args": []any{}}, &value)
	return value
}

// until waits until an expression of JavaScript is true on the page.
func (b browser) until(expression string) {
	b.t.Helper()
	script := `const done = arguments[0], look = () => { if (` + expression + `) done(true); else setTimeout(look, 20); }; look();`
	err := b.ask("POST", "/execute/async", map[string]any{"script": script, "args": []any{}}, nil)
	require.NoError(b.t, err, "never true: %s\nthe page says:\n%s", expression, eval[string](b, "document.body.innerText"))
}

// element finds the first element of a CSS selector.
func (b browser) element(selector string) string {
	b.t.Helper()
	var found map[string]string
	b.do("/element", map[string]any{"using": "css selector", "value": selector}, &found)
	for _, id := range found {
		return "/element/" + id
	}
	b.t.Fatalf("no element %s", selector)
	return ""
}

// click presses what a person would press: something in the way is an error.
func (b browser) click(selector string) {
	b.t.Helper()
	b.do(b.element(selector)+"/click", map[string]any{}, nil)
}

func (b browser) enter(selector, text string) {
	b.t.Helper()
	b.do(b.element(selector)+"/clear", map[string]any{}, nil)
	b.do(b.element(selector)+"/value", map[string]any{"text": text}, nil)
}

// devtools calls the browser's own protocol (https://chromedevtools.github.io/devtools-protocol/).
func (b browser) devtools(command string, parameters map[string]any, into any) {
	b.t.Helper()
	b.do("/goog/cdp/execute", map[string]any{"cmd": command, "params": parameters}, into)
}

// look sets how wide the window is, and whether the person likes it dark.
func (b browser) look(width, height int, scheme string) {
	b.t.Helper()
	b.devtools("Emulation.setDeviceMetricsOverride",
		map[string]any{"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}, nil)
	b.devtools("Emulation.setEmulatedMedia",
		map[string]any{"features": []map[string]string{{"name": "prefers-color-scheme", "value": scheme}}}, nil)
}

// picture leaves a picture of the page in the folder that FAKEGITLAB_SHOTS names, if it does.
func (b browser) picture(name string) {
	b.t.Helper()
	dir := os.Getenv("FAKEGITLAB_SHOTS")
	if dir == "" {
		return
	}
	var shot struct{ Data string }
	b.devtools("Page.captureScreenshot", map[string]any{"format": "png"}, &shot)
	png, err := base64.StdEncoding.DecodeString(shot.Data)
	require.NoError(b.t, err)
	require.NoError(b.t, os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644))
}
