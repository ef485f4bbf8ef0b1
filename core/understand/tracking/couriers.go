package tracking

// AnyPost is the name of a postal service that is known by its country alone.
const AnyPost = "the postal service"

// courier is a carrier's name and its public tracking page, "%s" standing for
// the number.
type courier struct{ name, url string }

var couriers = map[string]courier{
	"amazon":       {name: "Amazon"},
	"canada_post":  {"Canada Post", "https://www.canadapost-postescanada.ca/track-reperage/en#/search?searchFor=%s"},
	"canpar":       {"Canpar", "https://www.canpar.com/en/track/tracking.jsp?reference=%s&locale=en"},
	"dhl":          {"DHL", "https://www.dhl.com/en/express/tracking.html?brand=DHL&AWB=%s"},
	"dpd":          {"DPD", "https://www.dpdgroup.com/nl/mydpd/my-parcels/track?lang=en&parcelNumber=%s"},
	"fedex":        {"FedEx", "https://www.fedex.com/apps/fedextrack/?tracknumbers=%s"},
	"gofo":         {"GOFO Express", "https://www.gofoexpress.com/tracking.html?searchID=%s"},
	"landmark":     {"Landmark Global", "https://track.landmarkglobal.com/?search=%s"},
	"lasership":    {name: "LaserShip"},
	"old_dominion": {"Old Dominion", "https://www.odfl.com/us/en/tools/trace-track-ltl-freight/trace.html?proNumbers=%s"},
	"ontrac":       {"OnTrac", "https://www.ontrac.com/tracking/?number=%s"},
	"purolator":    {"Purolator", "https://www.purolator.com/en/shipping/tracker?searchValue=%s"},
	"s10":          {name: AnyPost},
	"speedee":      {"Spee-Dee", "https://www.speedeedelivery.com/track/?tracking=%s"},
	"ups":          {"UPS", "https://wwwapps.ups.com/WebTracking/track?track=yes&trackNums=%s"},
	"usps":         {"USPS", "https://tools.usps.com/go/TrackConfirmAction?tLabels=%s"},
	"yodel":        {"Yodel", "https://www.yodel.co.uk/tracking/%s"},
	"yunexpress":   {"YunExpress", "https://www.yuntrack.com/parcelTracking?id=%s"},
}

// countries are the ISO 3166 codes that stand at the end of postal numbers,
// one after another.
const countries = "AEAFAGALAMAOARATAUAZBABBBDBEBFBGBHBIBJBNBOBRBSBTBWBYBZCACDCFCGCHCICLCMCNCOCRCUCVCYCZDEDJDKDMDODZECEE" +
	"EGERESETFIFJFRGAGBGDGEGHGMGNGQGRGTGWGYHKHNHRHTHUIDIEILINIQIRISITJMJOJPKEKGKHKIKMKNKPKRKWKZLALBLCLILK" +
	"LRLSLTLULVLYMAMCMDMEMGMKMLMMMNMRMTMUMVMWMXMYMZNANENGNINLNONPNRNZOMPAPEPGPHPKPLPTPYQARORSRURWSASBSCSD" +
	"SESGSISKSLSMSNSOSRSSSTSVSYSZTDTGTHTJTLTMTNTOTRTTTVTZUAUGUSUYUZVAVCVEVNVUWSYEZAZMZW"

// operators are the postal services as people know them. Of other countries
// only the code is told.
var operators = map[string]string{
	"AT": "Österreichische Post", "AU": "Australia Post", "BE": "bpost", "BR": "Correios", "CA": "Canada Post",
	"CH": "Swiss Post", "CN": "China Post", "CZ": "Česká pošta", "DE": "Deutsche Post", "DK": "PostNord", "ES": "Correos",
	"FI": "Posti", "FR": "La Poste", "GB": "Royal Mail", "GR": "ELTA", "HK": "Hongkong Post", "HU": "Magyar Posta",
	"IE": "An Post", "IN": "India Post", "IT": "Poste Italiane", "JP": "Japan Post", "KR": "Korea Post",
	"LU": "POST Luxembourg", "MX": "Correos de México", "NL": "PostNL", "NO": "Posten", "NZ": "New Zealand Post",
	"PL": "Poczta Polska", "PT": "CTT", "SE": "PostNord", "SG": "SingPost", "TR": "PTT", "US": "USPS",
}
