/**
 * Where countries are and how large they are, roughly: by ISO 3166-1 alpha-2 the middle's latitude and longitude in degrees, and the area in
 * 1,000 km2. Enough to say that somebody cannot have been in two of them within an hour, and for nothing finer.
 */
const TABLE = `
AD 42.5 1.5 0.5|AE 24 54 84|AF 34 66 652|AL 41 20 29|AM 40 45 30|AO -12 18 1247|AR -34 -64 2780|AT 47.5 14 84|AU -25 134 7692|AZ 40.5 47.5 87
BA 44 18 51|BB 13.2 -59.5 0.4|BD 24 90 148|BE 50.8 4.5 31|BF 13 -2 274|BG 43 25 111|BH 26 50.5 0.8|BI -3.5 30 28|BJ 9.5 2.3 115|BN 4.5 114.7 6
BO -17 -65 1099|BR -10 -55 8516|BS 24 -76 14|BT 27.5 90.5 38|BW -22 24 582|BY 53 28 208|BZ 17.2 -88.7 23|CA 60 -96 9985|CD -3 23 2345|CF 7 21 623
CG -1 15 342|CH 47 8 41|CI 8 -5.5 322|CL -33 -71 756|CM 6 12 475|CN 35 103 9597|CO 4 -73 1142|CR 10 -84 51|CU 21.5 -79 110|CV 16 -24 4
CY 35 33 9|CZ 49.8 15.5 79|DE 51 10 357|DJ 11.5 42.5 23|DK 56 10 43|DM 15.4 -61.4 0.8|DO 19 -70.7 49|DZ 28 2 2382|EC -1.5 -78.5 256|EE 59 26 45
EG 27 30 1002|ER 15 39 118|ES 40 -4 506|ET 8 39 1104|FI 64 26 338|FJ -18 178 18|FR 46.5 2.5 552|GA -1 11.7 268|GB 54 -2.5 244|GE 42 43.5 70
GH 8 -1 239|GM 13.5 -15.5 11|GN 10.5 -10.7 246|GQ 1.6 10.5 28|GR 39 22 132|GT 15.5 -90.3 109|GW 12 -15 36|GY 5 -59 215|HK 22.3 114.2 1.1|HN 15 -86.5 112
HR 45.2 15.5 57|HT 19 -72.4 28|HU 47 19.5 93|ID -3 118 1905|IE 53 -8 70|IL 31.5 35 22|IN 22 79 3287|IQ 33 44 438|IR 32 53 1648|IS 65 -18 103
IT 42.8 12.5 301|JM 18.1 -77.3 11|JO 31 36.5 89|JP 37 138 378|KE 0.5 38 580|KG 41.5 75 200|KH 12.5 105 181|KM -12 44 2|KP 40 127 121|KR 36.5 128 100
KW 29.5 47.7 18|KZ 48 67 2725|LA 18.5 103.8 237|LB 33.9 35.9 10|LI 47.2 9.5 0.2|LK 7.5 80.7 66|LR 6.5 -9.5 111|LS -29.5 28.3 30|LT 55.3 24 65|LU 49.8 6.1 3
LV 57 25 65|LY 27 17 1760|MA 32 -6 447|MC 43.7 7.4 0.1|MD 47 28.5 34|ME 42.8 19.3 14|MG -19 46.7 587|MK 41.6 21.7 26|ML 17 -4 1240|MM 21 96 677
MN 46.5 104 1564|MO 22.2 113.5 0.1|MR 20 -10.5 1031|MT 35.9 14.4 0.3|MU -20.2 57.6 2|MV 3.2 73 0.3|MW -13.5 34 118|MX 23.5 -102 1964|MY 3.5 109 330|MZ -18 35.5 802
NA -22 17 825|NE 17.5 9 1267|NG 9.5 8 924|NI 13 -85 130|NL 52.2 5.5 42|NO 64 12 324|NP 28.2 84 147|NZ -41.5 173 268|OM 21 57 310|PA 8.5 -80 75
PE -9.5 -75 1285|PG -6.5 145 463|PH 12.5 122 300|PK 30 69.5 796|PL 52 19.3 313|PR 18.2 -66.4 9|PS 31.9 35.2 6|PT 39.6 -8 92|PY -23.3 -58 407|QA 25.3 51.2 12
RO 46 25 238|RS 44 21 88|RU 60 90 17098|RW -2 30 26|SA 24 45 2150|SC -4.6 55.5 0.5|SD 15.5 30 1861|SE 62 15 450|SG 1.3 103.8 0.7|SI 46.1 14.8 20
SK 48.7 19.5 49|SL 8.5 -11.8 72|SM 43.9 12.5 0.1|SN 14.4 -14.4 197|SO 5.5 46 638|SR 4 -56 164|SS 7.5 30 644|SV 13.8 -88.9 21|SY 35 38.5 185|SZ -26.5 31.5 17
TD 15.4 18.7 1284|TG 8.6 1 57|TH 15 101 513|TJ 38.9 71 143|TM 39 59.5 488|TN 34 9.5 164|TR 39 35 784|TT 10.4 -61.3 5|TW 23.7 121 36|TZ -6.4 35 945
UA 49 31.5 604|UG 1.3 32.3 241|US 39.5 -98.5 9834|UY -33 -56 176|UZ 41.5 64 447|VA 41.9 12.5 0.1|VE 7 -66 916|VN 16 107.5 331|XK 42.6 20.9 11|YE 15.5 47.5 528
ZA -29 25 1221|ZM -13.5 28 753|ZW -19 29.8 391`;

interface Country {
  readonly latitude: number;
  readonly longitude: number;
  /** Within this of its middle somebody in it surely is, if it is not very long. */
  readonly radiusKm: number;
}

/** A country is no circle: half as far again, and twice for those that are long or spread over islands. */
const WIDER = 1.5;
const LONG = new Set([
  'CL',
  'NO',
  'SE',
  'FI',
  'IT',
  'VN',
  'JP',
  'ID',
  'PH',
  'MY',
  'NZ',
  'US',
  'PT',
  'GB',
  'ES',
  'FR',
  'EC',
  'FJ',
  'CV',
  'MV',
  'SC',
  'RU',
]);
const LONGER = 2.5;

const COUNTRIES: ReadonlyMap<string, Country> = new Map(
  TABLE.trim()
    .split(/[|\n]/)
    .map((entry) => {
      const [code = '', ...numbers] = entry.split(' ');
      const [latitude = 0, longitude = 0, area = 0] = numbers.map(Number);
      const radiusKm = Math.sqrt((1000 * area) / Math.PI) * (LONG.has(code) ? LONGER : WIDER);
      return [code, { latitude, longitude, radiusKm }];
    }),
);

const EARTH_KM = 6371;
const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/** The code in capitals; null for what is none of them. */
export function countryCode(given: string): string | null {
  const code = given.toUpperCase();
  return given.length === 2 && COUNTRIES.has(code) ? code : null;
}

/** The least that lies between two of them, in km, by the haversine formula; 0 where they may touch. Codes as `countryCode` gives them. */
export function kmBetween(one: string, other: string): number {
  const [from, to] = [COUNTRIES.get(one), COUNTRIES.get(other)];
  if (one === other || from === undefined || to === undefined) return 0;
  const [north, east] = [radians(to.latitude - from.latitude), radians(to.longitude - from.longitude)];
  const half = Math.sin(north / 2) ** 2 + Math.cos(radians(from.latitude)) * Math.cos(radians(to.latitude)) * Math.sin(east / 2) ** 2;
  const middle = 2 * EARTH_KM * Math.asin(Math.min(1, Math.sqrt(half)));
  return Math.max(0, middle - from.radiusKm - to.radiusKm);
}
