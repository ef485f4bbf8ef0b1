package twilio

import "testing"

func TestMayDial(t *testing.T) {
	t.Parallel()
	for address, want := range map[string][2]bool{ // without and with loopback
		"54.172.60.0:443":          {true, true},
		"[2600:1f18::1]:443":       {true, true},
		"127.0.0.1:80":             {false, true},
		"[::1]:80":                 {false, true},
		"[::ffff:127.0.0.1]:80":    {false, true},
		"10.1.2.3:443":             {false, false},
		"172.16.0.1:443":           {false, false},
		"192.168.1.1:443":          {false, false},
		"[::ffff:192.168.1.1]:443": {false, false},
		"169.254.169.254:80":       {false, false},
		"100.64.0.1:443":           {false, false},
		"0.0.0.0:80":               {false, false},
		"198.18.0.1:80":            {false, false},
		"224.0.0.1:80":             {false, false},
		"255.255.255.255:80":       {false, false},
		"[fe80::1]:80":             {false, false},
		"[fc00::1]:80":             {false, false},
		"[64:ff9b::a00:1]:80":      {false, false},
		"240.0.0.1:443":            {false, false},
		"192.0.2.1:443":            {false, false},
		"[::7f00:1]:80":            {false, false},
		"[2002:7f00:1::]:443":      {false, false},
		"[2002:a00:1::]:443":       {false, false},
		"[2001:0:a00:1::]:443":     {false, false},
		"[fec0::1]:443":            {false, false},
		"not an address":           {false, false},
	} {
		for i, loopback := range []bool{false, true} {
			if got := mayDial(address, loopback) == nil; got != want[i] {
				t.Errorf("mayDial(%s, %v) = %v", address, loopback, got)
			}
		}
	}
}
