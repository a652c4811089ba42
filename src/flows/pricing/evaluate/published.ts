/** Figures that others published, as numbers: no data of theirs. */

const ROUNDS = 'of weeks 137 to 156, github.com/microsoft/forecasting, retail sales of orange juice';

/** They may learn over and over again, and from the other brands' sales. */
export const OJ_PUBLISHED = {
  [`LightGBM, ${ROUNDS}`]: { mape: 35.97 },
  [`dilated CNN, ${ROUNDS}`]: { mape: 37.66 },
  [`ARIMA without covariates, some stores, ${ROUNDS}`]: { mape: 68.3 },
} as const;
