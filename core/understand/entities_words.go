package understand

import "strings"

// cues are what is known of words near numbers, folded, in English, German,
// French, Spanish, Italian, Dutch and Portuguese. Nobody writes to it.
var cues = readCues()

func readCues() map[string]cue {
	m := make(map[string]cue, 1200)
	for _, list := range cueWords {
		for w := range strings.FieldsSeq(list.words) {
			f := fold(w)
			m[string(f.b)] |= list.cue
		}
	}
	return m
}

// misspelt are the names of an order that are looked for when misspelt. Short
// ones are too near to other words.
var misspelt = [...]string{
	"order", "orders", "bestellung", "bestellungen", "bestelling", "commande", "commandes", "pedido", "pedidos", "ordine",
	"ordini", "encomenda", "encomendas", "bestellnummer", "bestelnummer", "auftrag",
}

// streetEnds are how names of streets end where they are written in one.
var streetEnds = [...]string{"strasse", "strase", "str", "straat", "allee", "gasse", "platz", "laan", "plein", "gracht", "kade"}

var cueWords = [...]struct {
	cue   cue
	words string
}{
	{cOrder | cTalk, `order orders ord po purchase bestellung bestellungen auftrag auftrags bestell commande commandes cde cmd cmde
		pedido pedidos orden ordenes compra compras ordine ordini acquisto bestelling bestellingen aankoop encomenda
		encomendas confirmation confirmación confirmação bestätigung conferma bevestiging ordrer`},
	{cOrder | cTalk | cNum, `ordernumber orderno ordernr ordernum orderid bestellnummer bestellnr bestellnum bestelnummer bestelnr
		auftragsnummer auftragsnr ordernummer bestellungsnummer bestellcode ordercode`},
	{cOrder | cTalk | cAbbr, `ord best cde cmd`},
	{cOrder | cNum | cAbbr, `ref rif réf`},
	{cOrder | cNum, `reference référence referencia referência riferimento referenz referentie kenmerk`},
	{cNum | cAbbr, `no nr num n nro núm nº n° numr nbr nos nrs nmr`},
	{cNum, `number numbers numero número numéro numeros números nummer nummern id code número- codigo código codice numer`},
	{cFill, `a an the my our your is was its it s m i im am are be this that which with for on of to about as at under re me us please pls
		mein meine meiner meinem meinen der die das den dem des ist war lautet lautete lauten mit für zu zur zum unter vom von am es wäre müsste
		mon ma mes le la les l d du de des un une est c cest ce sont sous avec pour au aux sur concernant
		mi mis el los las lo un una es era con para por del al bajo sobre son
		il i gli lo la del dello della dell dei delle di da dal un uno una è e con per al alla sul sulla nell nel nella sotto mio mia miei
		mijn de het een is was met voor van op in onder betreft
		has have had been did does will still already yet hat habe haben wurde worden schon noch été ont ha han sido già heeft zijn al já foi
		o os as meu minha do dos da das um uma é com para por ao à sob sobre und et y and or oder ou sowie plus then also ainsi que como así nonché evenals bem en nas nos no on onto via`},
	{cIs, `is was ist war est c'est es era è é e lautet wäre are são sind sont`},
	{cTalk, `ordered delivery deliver delivered deliveries parcel parcels package packages shipment shipments ship shipped shipping
		arrive arrived arrives arriving arrival track tracked where wheres bought waiting dispatched dispatch status sent sending
		meant mean instead wrong meinte gemeint stattdessen falsch voulais trompé plutôt quise quería equivocado intendevo volevo sbagliato bedoelde bedoel verkeerd quis errei errado
		paket pakete päckchen lieferung liefern geliefert sendung versand versendet verschickt geschickt bestellt wo bleibt ankommen angekommen verschickt gekauft
		envoyé expédiée partie colis livraison livré livrer livrée expédition expédié envoi commandé où ou acheté arrive arrivé reçu reception
		paquete envío entrega entregado enviado donde dónde llega llegado compré comprado recibido recibir
		inviato mandato pacco pacchi spedizione consegna consegnato spedito dove dov ordinato comprato arriva arrivato ricevuto
		verstuurd gestuurd pakket pakje levering bezorging bezorgd geleverd verzending verzonden waar besteld gekocht aangekomen
		change changed cancel cancelled refund refunded return returned exchange modify reorder
		ändern stornieren storno erstattung rückerstattung retoure umtausch reklamation
		modifier annuler annulation remboursement rembourser retour échange échanger
		cambiar cancelar modificar reembolso devolución devolver anular
		cambiare annullare modificare rimborso reso annulla
		wijzigen annuleren terugbetaling retourneren ruilen
		alterar anular devolução trocar
		pacote entregue enviada onde comprei chega chegou recebi mercadoria`},
	{cParcel, `parcel package shipment paket päckchen sendung lieferung colis envoi paquete envío pacco pakket pakje zending pacote`},
	{cTrack, `tracking trackingnumber trackingnummer trackingcode sendungsnummer sendungsnr sendungsverfolgung paketnummer paketschein
		frachtnummer suivi seguimiento rastreo localizador tracciamento lettera vettura spedizione rastreio rastreamento rastreabilidade
		awb waybill consignment airwaybill trackandtrace trace volgnummer zendingsnummer zending barcode verzendcode
		ups usps fedex dhl dpd gls hermes evri yodel colissimo chronopost correos seur postnl ctt bpost brt sda ontrac lasership
		purolator canpar yunexpress parcelforce nacex mrw`},
	{cPhone, `phone phones tel telephone telefone teléfono téléphone telefono telefon telefoon cell cellphone mobile call text sms ring
		whatsapp dial reach ph handy handynummer mobil mobilnummer telefonnummer telefonnr rufnummer ruf rufen anrufen rückruf
		portable appel appelez appeler appelle joindre rappeler rappelez tél móvil celular llama llamen llamar llámame llámenme llamad
		cellulare cell chiama chiamami chiamate chiamatemi telefonnummern mobiel mobieltje telefoonnummer bel bellen gsm
		telemóvel ligar ligue liguem liga contacto contact`},
	{cOther | cAbbr, `kundennr rechnungsnr artikelnr kdnr kdnnr hausnr mitgliedsnr vertragsnr`},
	{cOrder | cNum | cAbbr, `bestellnr auftragsnr bestelnr ordernr ordrenr`},
	{cPhone | cAbbr, `tel tél tlf telf tfno ph mob`},
	{cMail, `email emails mail mails correo posta courriel e-mail mailadresse emailadres adres adresse`},
	{cOther, `customer client kunde kunden cliente klant invoice rechnung rechnungs facture factura fattura factuur fatura account konto compte
		cuenta conto rekening conta ticket case apt apartment flat unit room suite floor door house haus zimmer wohnung étage appartement
		piso puerta apartamento interno scala kamer huis quarto andar size größe taille talla taglia maat tamanho sku item article artikel
		articolo artículo artigo model modell modèle modelo modello product produkt produit producto prodotto produto serial serien série
		pin otp iban bic card karte carte tarjeta carta kaart pas cartão digits ziffern stellen chiffres cifre cijfers dígitos
		coupon voucher promo gutschein gutscheincode rabatt rabattcode kortingscode sconto descuento réduction desconto promocode
		discount promocional promotionnel gate entry access alarm security verification door lock locker türcode digicode torcode portón portail passport ausweis claim complaint request inquiry vorgang vorgangs dossier expediente pratica processo reclamo badge truck plate licence license batch version versión versione versie versão page seite flight flug vol hausnummer kundennummer kundennr rechnungsnummer
		rechnungsnr artikelnummer artikelnr klantnummer factuurnummer kdnr ip port box postfach`},
	{cOther, `zip zipcode postcode postleitzahl plz postal cap cep cp codepostal postnummer postcodes`},
	{cMoney, `usd eur euro euros gbp chf dollar dollars bucks pounds pound quid cents cent pence franken francs libras dólares dólar reais real
		dollari sterline yen sek dkk nok pln brl mxn cad aud rs inr pesos peso
		total paid pay cost costs price prezzo betrag summe bezahlt gezahlt preis kosten montant payé payée prix coûte pagado pagué pague
		importe precio pagato pagata importo costo costa betaald bedrag prijs paguei pago valor preço spent charged`},
	{cUnit, `mile miles feet ft inch inches yards calories gallons liter litre liters litres meter metre metres meilen
		day days week weeks month months year years hour hours hr hrs minute minutes min mins second seconds time times items item pcs
		piece pieces pair pairs box boxes parcels packages bags bottles mugs shirts x percent kg g gr gram grams lb lbs cm mm km m oz ml l
		people persons emails messages mails texts calls stars night nights hpa th st nd rd napkins books shoes socks units copies
		tag tage tagen woche wochen monat monate monaten jahr jahre jahren stunde stunden minuten mal stück stk teile teilen artikel
		pakete kartons flaschen servietten leute nachrichten anrufe paar prozent
		jour jours semaine semaines mois an ans heure heures fois pièces articles article colis boîtes serviettes messages appels paires
		día días semana semanas mes meses año años hora horas minutos vez veces piezas artículos cajas servilletas paquetes mensajes correos llamadas
		giorno giorni settimana settimane mese mesi anno anni ora ore minuti volta volte pezzi articoli scatole tovaglioli pacchi messaggi chiamate
		dag dagen weken maand maanden jaar uur minuut keer stuks artikelen dozen servetten pakketten berichten paren
		dia dias mês ano anos vezes peças artigos caixas guardanapos pacotes mensagens pares`},
	{cTime, `am pm uhr h uur horas ore heures oclock hrs`},
	{cMonth, `jan january feb february mar march apr april may jun june jul july aug august sep sept september oct october nov november dec december
		januar jänner februar märz mai juni juli oktober dezember dez okt
		janvier février fevr mars avril juin juillet août septembre octobre novembre décembre
		enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
		gennaio febbraio aprile maggio giugno luglio settembre ottobre dicembre
		januari februari maart mei augustus janeiro fevereiro março maio junho julho setembro outubro novembro dezembro`},
	{cYear, `in since of year from seit im vom jahr depuis en année de desde el año dal nel del anno sinds uit em ano`},
	{cStreet, `street str road avenue ave lane drive blvd boulevard court square way rd dr ln strasse straße weg platz allee gasse rue place chemin
		impasse quai cours calle avenida av plaza paseo camino carrera via viale piazza corso vicolo straat laan plein gracht kade
		rua travessa praça largo estrada live wohne wohnt wohnen habite vivo abito woon woont moro address anschrift adresse dirección
		indirizzo adres endereço adressé`},
}
