package remote_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"wismo/core/fault"
	"wismo/core/remote"
)

// unreachable are hosts in networks that are not the public's.
var unreachable = []string{
	"127.0.0.1", "127.8.8.8", "10.0.0.1", "172.16.0.1", "172.31.255.254", "192.168.1.1", "169.254.169.254", "100.64.0.1", "100.127.255.254",
	"0.0.0.0", "0.1.2.3", "192.0.0.8", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "240.0.0.1", "255.255.255.255",
	"[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:10.0.0.1]", "[::ffff:169.254.169.254]", "[::127.0.0.1]", "[fc00::1]", "[fd12:3456::1]", "[fe80::1]",
	"[fec0::1]", "[ff02::1]", "[64:ff9b::7f00:1]", "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]", "[2001::1]", "[2001:db8::1]", "[100::1]", "[3fff::1]",
	"localhost",
}

func TestPrivateNetworksAreNotReached(t *testing.T) {
	t.Parallel()
	client := remote.New(remote.Options{Timeout: 3 * time.Second})
	for _, host := range unreachable {
		t.Run(host, func(t *testing.T) {
			t.Parallel()
			res, err := client.Get("http://" + host + ":9/")
			if err == nil {
				_ = res.Body.Close()
				t.Fatal("it was reached")
			}
			if f := remote.FaultOfErr("test", err); !errors.Is(err, remote.ErrPrivate) || fault.KindOf(f) != fault.Denied || fault.Unclear(f) {
				t.Errorf("%v, want denied as private: %v", f, err)
			}
		})
	}
}

// Spellings that some resolvers take for 127.0.0.1 are judged by what is
// dialled; others know no such name.
func TestOddSpellingsAreNotReached(t *testing.T) {
	t.Parallel()
	client := remote.New(remote.Options{Timeout: 3 * time.Second})
	for _, host := range []string{"2130706433", "0x7f000001", "127.1", "0177.0.0.1"} {
		if res, err := client.Get("http://" + host + ":9/"); err == nil {
			_ = res.Body.Close()
			t.Errorf("%s was reached", host)
		}
	}
}

func TestLoopbackReachesOnlyThisMachine(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.UserAgent()) }))
	t.Cleanup(server.Close)
	client := remote.New(remote.Options{Version: "1.2", Loopback: true})
	port := netip.MustParseAddrPort(strings.TrimPrefix(server.URL, "http://")).Port()
	for _, host := range []string{"127.0.0.1", "localhost", "[::ffff:127.0.0.1]"} {
		res, err := client.Get(fmt.Sprintf("http://%s:%d", host, port))
		if err != nil {
			t.Errorf("%s: %v", host, err)
			continue
		}
		agent, _ := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if string(agent) != "wismo/1.2" {
			t.Errorf("%s: user agent %q", host, agent)
		}
	}
	for _, host := range []string{"10.0.0.1", "169.254.169.254", "8.8.8.8", "[2606:4700::1111]", "[fd00::1]"} {
		if _, err := client.Get("http://" + host + ":9/"); !errors.Is(err, remote.ErrPrivate) {
			t.Errorf("%s: %v, want ErrPrivate", host, err)
		}
	}
}

func TestTooLarge(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, strings.Repeat("x", map[string]int{"/under": 999, "/just": 1000, "/over": 1001, "/far": 1 << 20}[r.URL.Path]))
	}))
	t.Cleanup(server.Close)
	client := remote.New(remote.Options{Loopback: true, MaxBytes: 1000})
	for path, want := range map[string]error{"/under": nil, "/just": nil, "/over": remote.ErrTooLarge, "/far": remote.ErrTooLarge} {
		res, err := client.Get(server.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if !errors.Is(err, want) || len(body) > 64<<10 {
			t.Errorf("%s: %d bytes, %v, want %v", path, len(body), err, want)
		}
	}
}

func TestRedirectsAreNotFollowed(t *testing.T) {
	t.Parallel()
	var reached atomic.Int32
	mux := http.NewServeMux()
	mux.HandleFunc("/to", func(http.ResponseWriter, *http.Request) { reached.Add(1) })
	for _, code := range []int{301, 302, 303, 307, 308} {
		mux.HandleFunc(fmt.Sprint("/", code), func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/to", code) })
	}
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	client := remote.New(remote.Options{Loopback: true})
	for _, code := range []int{301, 302, 303, 307, 308} {
		res, err := client.Get(server.URL + fmt.Sprint("/", code))
		if err != nil || res.StatusCode != code {
			t.Fatalf("%d: %v", code, err)
		}
		_ = res.Body.Close()
		if f := remote.FaultOf("test", res, time.Now()); fault.KindOf(f) != fault.Denied {
			t.Errorf("%d: %v, want denied", code, f)
		}
	}
	if reached.Load() != 0 {
		t.Error("a redirect was followed")
	}
}
