package twilio

import (
	"errors"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"
)

// guardedTransport returns a transport that connects to public addresses only,
// so that no name, whoever gave it, leads into a private network. With loopback
// it connects to this machine too: the sandbox. It uses no proxy, for a proxy
// mostly is in a private network: who needs one brings a transport.
func guardedTransport(loopback bool) *http.Transport {
	dialer := &net.Dialer{
		Timeout: 5 * time.Second,
		Control: func(_, address string, _ syscall.RawConn) error { return mayDial(address, loopback) },
	}
	return &http.Transport{
		DialContext:           dialer.DialContext,
		ForceAttemptHTTP2:     true,
		MaxIdleConns:          64,
		MaxIdleConnsPerHost:   64,
		IdleConnTimeout:       90 * time.Second,
		TLSHandshakeTimeout:   5 * time.Second,
		ResponseHeaderTimeout: callTimeout,
	}
}

var errPrivate = errors.New("the address is in a private network")

// mayDial refuses an address that is not public.
func mayDial(address string, loopback bool) error {
	ap, err := netip.ParseAddrPort(address)
	if err != nil {
		return errPrivate
	}
	ip := ap.Addr().Unmap()
	if ip.IsLoopback() && loopback {
		return nil
	}
	if !ip.IsGlobalUnicast() || ip.IsPrivate() || inReserved(ip) {
		return errPrivate
	}
	return nil
}

// inReserved reports on blocks that netip does not name: shared address space
// (RFC 6598), this network (RFC 1122), protocol assignments (RFC 6890),
// benchmarking (RFC 2544), NAT64 (RFC 6052).
func inReserved(ip netip.Addr) bool {
	for _, block := range []string{"100.64.0.0/10", "0.0.0.0/8", "192.0.0.0/24", "198.18.0.0/15", "64:ff9b::/96", "64:ff9b:1::/48"} {
		if netip.MustParsePrefix(block).Contains(ip) {
			return true
		}
	}
	return false
}
