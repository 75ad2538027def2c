"""Words for made-up news in twelve languages: who, did what, under which circumstance. Invented for the tests.

A sentence is one of each, in this order, closed by the language's full stop; `{place}` and `{n}` are filled in. Six by
six by six of them and some places make articles that share words and topics, as a newspaper's do, and hardly sentences.
"""

from __future__ import annotations

from typing import NamedTuple


class Words(NamedTuple):
    """A language's parts of sentences, its separator and its full stop."""

    who: tuple[str, ...]
    did: tuple[str, ...]
    when: tuple[str, ...]
    places: tuple[str, ...]
    gap: str = " "
    stop: str = "."


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.strip().split("\n"))


WORDS = {
    "en": Words(
        _parts("""The city council of {place}
            A spokeswoman for the harbour authority in {place}
            Farmers in the hills above {place}
            The new director of the museum in {place}
            Engineers who inspected the old bridge near {place}
            The regional court in {place}"""),
        _parts("""has approved the plan for a second tram line
            said that the repairs will take longer than expected
            rejected the offer that the ministry had made in the spring
            opened an inquiry into the way the contracts were awarded
            presented figures that nobody in the room had seen before
            asked for {n} million to be set aside for the work"""),
        _parts("""after a debate that lasted until long past midnight
            although the costs have risen to {n} million within a year
            while several hundred people waited outside in the rain
            because the river had flooded {n} cellars for the third time
            and the decision is expected before the end of the month
            as the mayor confirmed to reporters on his way to the station"""),
        _parts("Aldermere\nPort Wyke\nHollins Cross\nEast Tarrow\nMarden Lea"),
    ),
    "de": Words(
        _parts("""Der Stadtrat von {place}
            Eine Sprecherin der Hafenbehörde in {place}
            Das Landgericht in {place}
            Die neue Leiterin des Museums von {place}
            Der Verein der Obstbauern rund um {place}
            Ein Gutachter aus {place}"""),
        _parts("""hat den Plan für eine zweite Straßenbahnlinie gebilligt
            will die Arbeiten an der alten Brücke noch in diesem Jahr beginnen
            hat das Angebot des Ministeriums aus dem Frühjahr abgelehnt
            prüft nun, auf welchem Weg die Aufträge vergeben wurden
            legte Zahlen vor, die im Saal noch niemand gesehen hatte
            fordert dafür {n} Millionen aus dem Haushalt des Landes"""),
        _parts(""", nachdem die Sitzung bis weit nach Mitternacht gedauert hatte
            , obwohl die Kosten binnen eines Jahres auf {n} Millionen gestiegen sind
            , während draußen mehrere hundert Menschen im Regen warteten
            , weil das Hochwasser zum dritten Mal {n} Keller geflutet hat
            , und eine Entscheidung soll noch vor dem Ende des Monats fallen
            , wie der Bürgermeister auf dem Weg zum Bahnhof bestätigte"""),
        _parts("Altenried\nWieselburg am See\nNordhafen\nGrünwinkel\nHohenlinde"),
    ),
    "fr": Words(
        _parts("""Le conseil municipal de {place}
            Une porte-parole de l'autorité portuaire de {place}
            Le tribunal régional de {place}
            La nouvelle directrice du musée de {place}
            L'association des agriculteurs de {place}
            Un expert venu de {place}"""),
        _parts("""a approuvé le projet d'une deuxième ligne de tramway
            veut commencer les travaux du vieux pont avant la fin de l'année
            a rejeté l'offre que le ministère avait faite au printemps
            examine la façon dont les contrats ont été attribués
            a présenté des chiffres que personne dans la salle n'avait vus
            réclame {n} millions pour la suite des travaux"""),
        _parts("""après un débat qui s'est prolongé bien au-delà de minuit
            alors que les coûts sont passés à {n} millions en un an
            pendant que plusieurs centaines de personnes attendaient sous la pluie
            parce que la rivière a inondé {n} caves pour la troisième fois
            et la décision est attendue avant la fin du mois
            comme le maire l'a confirmé en se rendant à la gare"""),
        _parts("Saint-Aubrac\nVillefontaine\nPort-Merlin\nMontclar\nLa Rivière"),
    ),
    "es": Words(
        _parts("""El ayuntamiento de {place}
            Una portavoz de la autoridad portuaria de {place}
            El tribunal regional de {place}
            La nueva directora del museo de {place}
            La asociación de agricultores de {place}
            Un perito llegado de {place}"""),
        _parts("""ha aprobado el proyecto de una segunda línea de tranvía
            quiere empezar las obras del puente viejo antes de que acabe el año
            rechazó la oferta que el ministerio había hecho en primavera
            investiga de qué manera se adjudicaron los contratos
            presentó unas cifras que nadie en la sala había visto
            pide {n} millones para continuar con los trabajos"""),
        _parts("""después de un debate que duró hasta bien pasada la medianoche
            aunque los costes han subido a {n} millones en un año
            mientras varios cientos de personas esperaban bajo la lluvia
            porque el río ha inundado {n} sótanos por tercera vez
            y se espera una decisión antes de que termine el mes
            como confirmó el alcalde de camino a la estación"""),
        _parts("Valdemora\nPuerto Lirio\nSan Telmo\nRibera Alta\nMontesol"),
    ),
    "it": Words(
        _parts("""Il consiglio comunale di {place}
            Una portavoce dell'autorità portuale di {place}
            Il tribunale regionale di {place}
            La nuova direttrice del museo di {place}
            L'associazione degli agricoltori di {place}
            Un perito arrivato da {place}"""),
        _parts("""ha approvato il progetto di una seconda linea del tram
            vuole cominciare i lavori sul vecchio ponte entro la fine dell'anno
            ha respinto l'offerta che il ministero aveva fatto in primavera
            sta esaminando il modo in cui sono stati assegnati gli appalti
            ha presentato cifre che nessuno nella sala aveva mai visto
            chiede {n} milioni per portare avanti i lavori"""),
        _parts("""dopo una discussione che è durata fin oltre la mezzanotte
            anche se i costi sono saliti a {n} milioni in un anno
            mentre diverse centinaia di persone aspettavano sotto la pioggia
            perché il fiume ha allagato {n} cantine per la terza volta
            e la decisione è attesa prima della fine del mese
            come ha confermato il sindaco mentre andava alla stazione"""),
        _parts("Borgoverde\nPorto Sereno\nMontalba\nCastel Rovo\nValchiara"),
    ),
    "pt": Words(
        _parts("""A câmara municipal de {place}
            Uma porta-voz da autoridade portuária de {place}
            O tribunal regional de {place}
            A nova diretora do museu de {place}
            A associação de agricultores de {place}
            Um perito vindo de {place}"""),
        _parts("""aprovou o projeto de uma segunda linha de elétrico
            quer começar as obras da ponte velha antes do fim do ano
            recusou a oferta que o ministério tinha feito na primavera
            está a investigar a forma como os contratos foram atribuídos
            apresentou números que ninguém na sala tinha visto
            pede {n} milhões para continuar os trabalhos"""),
        _parts("""depois de um debate que durou até muito depois da meia-noite
            embora os custos tenham subido para {n} milhões num ano
            enquanto várias centenas de pessoas esperavam à chuva
            porque o rio inundou {n} caves pela terceira vez
            e espera-se uma decisão antes do fim do mês
            como confirmou o presidente a caminho da estação"""),
        _parts("Vale de Pedra\nPorto Claro\nSanta Avena\nRibeira Nova\nMonte Alvo"),
    ),
    "nl": Words(
        _parts("""De gemeenteraad van {place}
            Een woordvoerster van het havenbedrijf in {place}
            De rechtbank in {place}
            De nieuwe directeur van het museum in {place}
            De vereniging van fruittelers rond {place}
            Een deskundige uit {place}"""),
        _parts("""heeft het plan voor een tweede tramlijn goedgekeurd
            wil nog dit jaar met de werkzaamheden aan de oude brug beginnen
            heeft het aanbod van het ministerie uit het voorjaar afgewezen
            onderzoekt op welke manier de opdrachten zijn verleend
            toonde cijfers die niemand in de zaal eerder had gezien
            vraagt daarvoor {n} miljoen uit de begroting van het land"""),
        _parts(""", nadat de vergadering tot ver na middernacht had geduurd
            , hoewel de kosten binnen een jaar tot {n} miljoen zijn gestegen
            , terwijl buiten enkele honderden mensen in de regen stonden te wachten
            , omdat de rivier voor de derde keer {n} kelders onder water heeft gezet
            , en een besluit wordt nog voor het einde van de maand verwacht
            , zoals de burgemeester op weg naar het station bevestigde"""),
        _parts("Oosterlo\nWijkerhaven\nDe Klinge\nNoordwaard\nHoogveen"),
    ),
    "sv": Words(
        _parts("""Kommunfullmäktige i {place}
            En talesperson för hamnbolaget i {place}
            Tingsrätten i {place}
            Den nya chefen för museet i {place}
            Föreningen för fruktodlare kring {place}
            En sakkunnig från {place}"""),
        _parts("""har godkänt planen för en andra spårvägslinje
            vill börja arbetet med den gamla bron redan i år
            har avvisat det anbud som departementet lämnade i våras
            utreder på vilket sätt uppdragen har delats ut
            visade siffror som ingen i salen hade sett förut
            begär {n} miljoner för att fortsätta arbetet"""),
        _parts("""efter en debatt som varade till långt efter midnatt
            trots att kostnaderna har stigit till {n} miljoner på ett år
            medan flera hundra människor väntade utanför i regnet
            eftersom ån har översvämmat {n} källare för tredje gången
            och ett beslut väntas före månadens slut
            vilket borgmästaren bekräftade på väg till stationen"""),
        _parts("Granvik\nÖsterhamn\nLindberga\nStorsund\nBjörkholm"),
    ),
    "pl": Words(
        _parts("""Rada miasta {place}
            Rzeczniczka zarządu portu w mieście {place}
            Sąd okręgowy w mieście {place}
            Nowa dyrektorka muzeum w mieście {place}
            Komisja, która zbadała stary most w mieście {place},
            Dyrekcja kolei w mieście {place}"""),
        _parts("""zatwierdziła plan budowy drugiej linii tramwajowej
            chce rozpocząć prace przy starym moście jeszcze w tym roku
            odrzuciła ofertę, którą ministerstwo złożyło na wiosnę
            sprawdza teraz, w jaki sposób przyznano zamówienia
            przedstawiła liczby, których nikt na sali wcześniej nie widział
            domaga się na ten cel {n} milionów z budżetu państwa"""),
        _parts("""po dyskusji, która trwała do późna w nocy
            chociaż koszty wzrosły w ciągu roku do {n} milionów
            podczas gdy kilkaset osób czekało na zewnątrz w deszczu
            ponieważ rzeka po raz trzeci zalała {n} piwnic
            a decyzja ma zapaść jeszcze przed końcem miesiąca
            jak potwierdził burmistrz w drodze na dworzec"""),
        _parts("Jasienica\nPortowo\nWierzbno\nStarogród\nKalinów"),
    ),
    "tr": Words(
        _parts("""{place} belediye meclisi
            {place} liman idaresinin sözcüsü
            {place} bölge mahkemesi
            {place} müzesinin yeni müdürü
            {place} çevresindeki çiftçilerin birliği
            {place} köprüsünü inceleyen mühendisler"""),
        _parts("""ikinci tramvay hattının planını onayladı
            onarımların beklenenden daha uzun süreceğini söyledi
            bakanlığın ilkbaharda yaptığı teklifi geri çevirdi
            ihalelerin nasıl verildiğini araştırmaya başladı
            salonda daha önce kimsenin görmediği rakamları sundu
            çalışmalar için {n} milyon lira ayrılmasını istedi"""),
        _parts(""", çünkü toplantı gece yarısından sonraya kadar sürdü
            , oysa maliyet bir yıl içinde {n} milyona çıktı
            , bu sırada yüzlerce kişi dışarıda yağmur altında bekledi
            , zira nehir üçüncü kez {n} bodrumu su altında bıraktı
            , kararın da ay sonundan önce verilmesi bekleniyor
            , belediye başkanı da bunu istasyona giderken doğruladı"""),
        _parts("Akçadere\nYeşilkoy\nLimanbaşı\nKızıltepecik\nGölova"),
    ),
    "ru": Words(
        _parts("""Городской совет города {place}
            Представитель управления порта в городе {place}
            Областной суд в городе {place}
            Новый директор музея в городе {place}
            Союз садоводов города {place}
            Инженер, который осмотрел мост в городе {place},"""),
        _parts("""одобрил план строительства второй трамвайной линии
            заявил, что ремонт продлится дольше, чем ожидалось
            отклонил предложение, которое министерство сделало весной
            начал проверку того, как были распределены подряды
            представил цифры, которых в зале раньше никто не видел
            попросил выделить на работы {n} миллионов из бюджета"""),
        _parts("""после спора, который продолжался далеко за полночь
            хотя расходы за год выросли до {n} миллионов
            пока несколько сотен человек ждали снаружи под дождем
            потому что река в третий раз затопила {n} подвалов
            и решение ожидается еще до конца месяца
            что мэр и подтвердил по дороге на вокзал"""),
        _parts("Белоярск\nЗаречный\nКаменка\nСтаромост\nЛипино"),
    ),
    "ja": Words(
        _parts("""{place}市議会は
            {place}の港湾当局の広報担当者は
            {place}地方裁判所は
            {place}美術館の新しい館長は
            {place}周辺の農家の団体は
            {place}の古い橋を調べた技術者は"""),
        _parts("""二本目の路面電車の計画を承認したと発表した
            修理には予想より長い時間がかかると述べた
            春に省庁が示した提案を受け入れないことを決めた
            契約がどのように結ばれたのかを調べ始めた
            会場の誰も見たことのない数字を明らかにした
            工事のために{n}億円を確保するよう求めた"""),
        _parts("""。会議は真夜中を過ぎるまで続いたという
            。費用は一年の間に{n}億円にまで増えている
            。外では数百人が雨の中で待っていた
            。川があふれ、{n}軒の地下室が三度目の浸水に見舞われたためだ
            。決定は今月の終わりまでに下される見通しだ
            。市長も駅に向かう途中でそのことを認めた"""),
        _parts("青葉原\n白波\n北沢野\n桜橋\n松ヶ浜"),
        gap="",
        stop="。",
    ),
}
