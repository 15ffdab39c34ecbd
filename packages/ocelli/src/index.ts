/**
 * Image classifiers from data to answers: reading, training, measuring, explaining.
 *
 * @module ocelli
 */

export { type AffineOptions } from './augment/affine.ts';
export { AlternatingEpochs, type AlternatingEpochsOptions } from './augment/alternatingEpochs.ts';
export { alternatingFlip, type AlternatingFlipOptions } from './augment/alternatingFlip.ts';
export { augmentBatch, type LabelledImages } from './augment/augmentBatch.ts';
export { autoContrast } from './augment/autoContrast.ts';
export { boxBlur, type BoxBlurOptions } from './augment/boxBlur.ts';
export { brightness, type BrightnessOptions } from './augment/brightness.ts';
export { byEpoch, type ByEpochOptions, type EpochPolicy } from './augment/byEpoch.ts';
export { channelShift, type ChannelShiftOptions } from './augment/channelShift.ts';
export { coarseDropout, type CoarseDropoutOptions } from './augment/coarseDropout.ts';
export { colorJitter, type ColorJitterOptions } from './augment/colorJitter.ts';
export { type ColourOptions } from './augment/colourMap.ts';
export { compose } from './augment/compose.ts';
export { contrast, type ContrastOptions } from './augment/contrast.ts';
export {
  createTransform,
  createTransforms,
  describeTransform,
  type TransformDefinition,
  type TransformDescription,
} from './augment/createTransform.ts';
export { cropZoom, type CropZoomOptions } from './augment/cropZoom.ts';
export { custom } from './augment/custom.ts';
export { cutmix } from './augment/cutmix.ts';
export { cutout, type CutoutOptions } from './augment/cutout.ts';
export { equalize } from './augment/equalize.ts';
export { type Fill, type FillOptions } from './augment/fill.ts';
export { gaussianBlur, type GaussianBlurOptions } from './augment/gaussianBlur.ts';
export { grayscale } from './augment/grayscale.ts';
export { horizontalFlip, type HorizontalFlipOptions } from './augment/horizontalFlip.ts';
export { hue, type HueOptions } from './augment/hue.ts';
export { invert } from './augment/invert.ts';
export { checkLabelEffects, withLabelEffect } from './augment/labelEffect.ts';
export { mixup } from './augment/mixup.ts';
export { normalize, type NormalizeOptions } from './augment/normalize.ts';
export { oneOf, type OneOfOptions } from './augment/oneOf.ts';
export { pad, type PadOptions } from './augment/pad.ts';
export { type MixOptions } from './augment/partners.ts';
export { posterize, type PosterizeOptions } from './augment/posterize.ts';
export { randAugment, type RandAugmentOptions } from './augment/randAugment.ts';
export { randomCrop, type RandomCropOptions } from './augment/randomCrop.ts';
export { randomErase, type RandomEraseOptions } from './augment/randomErase.ts';
export { rotate, type RotateOptions } from './augment/rotate.ts';
export { saturation, type SaturationOptions } from './augment/saturation.ts';
export { sharpness, type SharpnessOptions } from './augment/sharpness.ts';
export { shear, type ShearOptions } from './augment/shear.ts';
export { shift, type ShiftOptions } from './augment/shift.ts';
export { solarize, type SolarizeOptions } from './augment/solarize.ts';
export { sometimes, type SometimesOptions } from './augment/sometimes.ts';
export { type LabelMix, Targets } from './augment/targets.ts';
export type { LabelEffect, Transform } from './augment/transform.ts';
export type { TransformContext } from './augment/transformContext.ts';
export { type TransformCount, TransformCounts } from './augment/transformCounts.ts';
export { transformEntries, type TransformEntry } from './augment/transformEntries.ts';
export { trivialAugment } from './augment/trivialAugment.ts';
export { unnormalize, type UnnormalizeOptions } from './augment/unnormalize.ts';
export { verticalFlip, type VerticalFlipOptions } from './augment/verticalFlip.ts';
export { zoom, type ZoomOptions } from './augment/zoom.ts';

export { AttributeDataset, type AttributeDatasetParts } from './data/attributeDataset.ts';
export {
  type AttributeAnswer,
  type AttributeName,
  attributeNames,
  type AttributePrediction,
  type AttributeSchema,
  type ClassOf,
  defineSchema,
  type HeadSizes,
  headSizes,
} from './data/attributeSchema.ts';
export { batchStatistics, type BatchStatistics } from './data/batchStatistics.ts';
export {
  type ChannelConstants,
  CIFAR100_CONSTANTS,
  CIFAR10_CONSTANTS,
  type ConstantsName,
  storedConstants,
} from './data/constants.ts';
export { decodePicture, type DecodeOptions } from './data/decodePicture.ts';
export {
  bytesFromUnit,
  type BytesLayout,
  bytesOfImages,
  imagesFromBytes,
  unitFromBytes,
} from './data/imageBytes.ts';
export { ImageDataset, type ImageDatasetParts } from './data/imageDataset.ts';
export { openPictures, type OpenPicturesOptions, type Pictures } from './data/openPictures.ts';
export { type BatchesOptions, PictureDataset, type PictureParts } from './data/pictureDataset.ts';
export { headsOf, type LabelledHead, type LabelNames } from './data/labelNames.ts';
export { mixSeed, permutation } from './data/randomOrder.ts';
export { type SplitOptions, type TrainValidation, trainValidationSplit } from './data/split.ts';
export {
  drawPersons,
  type DrawPersonsOptions,
  type DrawnPersons,
} from './data/persons/drawPersons.ts';
export { personsTable } from './data/persons/personsTable.ts';
export {
  personCounts,
  type PersonLabels,
  type PersonSchema,
  personSchema,
} from './data/persons/personSchema.ts';
export { type Association, associations } from './data/table/association.ts';
export { AttributeTable } from './data/table/attributeTable.ts';
export { balancedOrder, type BalanceOptions, balanceWeights } from './data/table/balancedOrder.ts';
export type { ColumnOptions, IgnoredColumn } from './data/table/chooseColumns.ts';
export { type AttributeCounts, attributeCounts } from './data/attributeCounts.ts';
export { classWeights, type ClassWeighting } from './data/table/classWeights.ts';
export {
  applyCorrectionRules,
  parseCorrectionRule,
  type CorrectedTable,
  type CorrectionRule,
  type RuleRecord,
} from './data/table/correctionRules.ts';
export { type LabelQuery, matchingRows, type Wanted } from './data/table/labelQuery.ts';
export { logPriors } from './data/table/logPriors.ts';
export {
  type PreparedTable,
  readPreparedTable,
  writePreparedTable,
} from './data/table/preparedTable.ts';
export { oneHot, oneHotColumns } from './data/table/oneHot.ts';
export { type OpenedTable, openTable, type OpenTableOptions } from './data/table/openTable.ts';
export {
  oversample,
  type Oversampling,
  type OversamplingRule,
  parseOversamplingRule,
} from './data/table/oversample.ts';
export { parseQuery, queryText } from './data/table/queryText.ts';
export { readTable, type ReadTableOptions, type TableReading } from './data/table/readTable.ts';
export { schemaSource } from './data/table/schemaSource.ts';
export { readSplitFile, writeSplitFile } from './data/table/splitFile.ts';
export { type TableFacts, tableFacts } from './data/table/tableFacts.ts';
export { splitTable, type SplitTableOptions, type TableSplit } from './data/table/splitTable.ts';
export {
  channelStatistics,
  type ChannelStatistics,
  checkNormalization,
  type NormalizationCheck,
} from './data/statistics.ts';

export {
  type CalibrationBin,
  calibrationBins,
  calibrationError,
  type CalibrationOptions,
} from './metrics/calibration.ts';
export { type ClassificationReport, classificationReport } from './metrics/classificationReport.ts';
export type { ClassFigures, Confusion } from './metrics/confusion.ts';
export {
  confidentMistakes,
  type HardCase,
  labelSuspects,
  worstCases,
} from './metrics/hardCases.ts';
export { checkMetrics, type Metric, metricValues } from './metrics/metric.ts';
export type { Predictions } from './metrics/predictions.ts';
export type { BatchOutcome, HeadOutcome } from './metrics/batchOutcome.ts';
export { confidenceFor, type PrecisionStep, precisionSteps } from './metrics/confidence.ts';
export { atTemperature, fitTemperature } from './metrics/temperature.ts';
export { type Spread, spreadOf, type WelchTest, welchTest } from './metrics/welchTest.ts';
export { RunningTotals } from './metrics/runningTotals.ts';
export {
  type AttributeScores,
  type AttributeTotals,
  baselineOf,
  type MajorityBaseline,
  type MetricScores,
  type Scores,
  scoresOf,
  type Totals,
} from './metrics/scores.ts';

export {
  Airbench,
  type AirbenchOptions,
  airbenchTrunk,
  type AirbenchTrunkOptions,
} from './models/airbench.ts';
export { AirbenchBlock, type AirbenchBlockOptions } from './models/airbenchBlock.ts';
export type { Architecture } from './models/architecture.ts';
export {
  bottleneck,
  bottleneckTrunk,
  type BottleneckTrunkOptions,
} from './models/bottleneckNet.ts';
export { catalog, createModel, type ModelAnswer } from './models/catalog.ts';
export { Classifier } from './models/classifier.ts';
export { ConvBatchNorm, type ConvBatchNormOptions } from './models/convBatchNorm.ts';
export { ConvUnit, type ConvUnitOptions } from './models/convUnit.ts';
export { countParameters, type ParameterCount } from './models/countParameters.ts';
export {
  DavidNet,
  type DavidNetOptions,
  davidNetTrunk,
  type DavidNetTrunkOptions,
} from './models/davidNet.ts';
export { DavidNetAthena, type DavidNetAthenaOptions } from './models/davidNetAthena.ts';
export { deepDavidNetTrunk, type DeepDavidNetTrunkOptions } from './models/deepDavidNet.ts';
export { denseNet, type DenseNetDepth } from './models/denseNet.ts';
export {
  denseTower,
  type DenseTowerOptions,
  linearTower,
  type LinearTowerOptions,
} from './models/denseTower.ts';
export type { GlobalPool } from './models/globalPool.ts';
export { Graph, type GraphOutputs, type GraphResult } from './models/graph.ts';
export { GraphNode, merge, type Merging, pictureNode } from './models/graphNode.ts';
export type { ClassCounts, HeadLogits } from './models/heads.ts';
export { mapTower, type MapTowerOptions } from './models/mapTower.ts';
export { Add, Concatenate } from './models/merging.ts';
export { type ModelName, modelNames } from './models/modelNames.ts';
export { MultiHead, type MultiHeadOptions } from './models/multiHead.ts';
export { personHeads } from './models/personHeads.ts';
export { PooledBlock, type PooledBlockOptions } from './models/pooledBlock.ts';
export { resnet, type ResNetDepth, type ResNetOptions } from './models/resnet.ts';
export { ResnetSmall, type ResnetSmallOptions } from './models/resnetSmall.ts';
export { resnetV2, type ResNetV2Depth } from './models/resnetV2.ts';
export { stageTower, type StageTowerOptions } from './models/stageTower.ts';
export type { TowerKind } from './models/towerKind.ts';
export { type ReceptiveField } from './models/receptiveField.ts';
export {
  summarize,
  type HeadSummary,
  type LayerSummary,
  type ModelSummary,
} from './models/summarize.ts';
export type { PictureShape } from './models/trace.ts';
export { cifar10V1Trunk, cifar10V2Trunk } from './models/cifar10Nets.ts';
export { convNeXtTiny } from './models/convNeXt.ts';
export { efficientNet, type EfficientNetSize } from './models/efficientNet.ts';
export { inceptionV4 } from './models/inceptionV4.ts';
export { mnistNetTrunk, type MnistNetOptions } from './models/mnistNet.ts';
export { mobileNetV3 } from './models/mobileNetV3.ts';
export { cifarResnet } from './models/residualNet.ts';
export { type Stage, Trunk } from './models/trunk.ts';
export { vgg, type VggDepth, type VggOptions } from './models/vgg.ts';
export { whiteningFilters, type WhiteningOptions } from './models/whitening.ts';
export { WhiteningConv } from './models/whiteningConv.ts';

export {
  consoleReporter,
  type ConsoleReporterOptions,
  type Output,
  type ProgressMode,
  progressModes,
} from './report/consoleReporter.ts';
export { attributeLines, attributeTable } from './report/attributeLines.ts';
export { diagnose, type Finding } from './report/diagnosis/diagnose.ts';
export {
  type EvaluationFacts,
  readEvaluation,
  type StoredEvaluation,
} from './report/evaluation/evaluation.ts';
export { storeEvaluation } from './report/evaluation/storeEvaluation.ts';
export { type Head, readHeads } from './report/heads.ts';
export { bestEpochLine, besidesLines, epochLine, evaluationLine } from './report/lines.ts';
export { reportWriter, type ReportWriterOptions } from './report/reportWriter.ts';
export { readRun, type RunStatus, type RunView } from './report/runView.ts';
export { writeReport } from './report/writeReport.ts';

export {
  ablationExperiments,
  type AblationMode,
  measuredEffects,
  type MeasuredEffect,
} from './experiments/ablation.ts';
export {
  type Candidate,
  type Ranked,
  shortlist,
  type ShortlistOptions,
} from './experiments/shortlist.ts';
export {
  experiment,
  ExperimentBuilder,
  type NamedSettings,
} from './experiments/experimentBuilder.ts';
export {
  ExperimentGroup,
  type GroupMember,
  resolveGroup,
  type ResolveGroupOptions,
} from './experiments/experimentGroup.ts';
export { experimentGroup, GroupBuilder, type GroupInput } from './experiments/groupBuilder.ts';
export { type NumberAgain } from './experiments/numbersAgain.ts';
export {
  type OtherCircumstance,
  rerun,
  type Rerun,
  type RerunOptions,
} from './experiments/rerun.ts';
export {
  settleExperiment,
  type SettledExperiment,
  type SettleOptions,
} from './experiments/settleExperiment.ts';
export type { GroupRun } from './experiments/groupList.ts';
export { runGroup, type RunGroupOptions } from './experiments/runGroup.ts';
export { newRun, type NewRunOptions, resumedRun, type RunPlan } from './experiments/runPlan.ts';
export { type RecipeOptions, runRecipe } from './experiments/runRecipe.ts';
export { type WorkedRun, workOn, type WorkOptions } from './experiments/workOn.ts';

export { type Agreement, agreements } from './explain/agreement.ts';
export {
  type AnsweredPicture,
  caseMaps,
  type CaseMapOptions,
  type MappedPicture,
} from './explain/caseMaps.ts';
export { type ColourMap, colourMaps, type Rgb } from './explain/colourMap.ts';
export {
  explain,
  type Explanation,
  explanationMethods,
  type ExplainOptions,
} from './explain/explain.ts';
export {
  faithfulness,
  type Faithfulness,
  type FaithfulnessOptions,
} from './explain/faithfulness.ts';
export {
  integratedGradients,
  type IntegratedGradientsOptions,
} from './explain/integratedGradients.ts';
export { type SpatialLayer, spatialLayers } from './explain/layers.ts';
export { occlusion, type OcclusionOptions } from './explain/occlusion.ts';
export { overlay, type OverlayOptions } from './explain/overlay.ts';
export { smoothGrad, type SmoothGradOptions } from './explain/smoothGrad.ts';
export { type FixedSubject, type Subject } from './explain/subject.ts';
export { type ModelOutput, type Target } from './explain/target.ts';

export {
  alternatingBatches,
  type AlternatingBatchesOptions,
} from './train/batches/alternatingBatches.ts';
export { assemble, type Assembled, type DataSizes } from './train/assembly/assemble.ts';
export {
  attributeLoss,
  type AttributeLossOptions,
  type AttributesLossOptions,
} from './train/loss/attributeLoss.ts';
export {
  type AttributeOptions,
  attributeSettings,
  type AttributesInput,
} from './train/experiment/attributeSettings.ts';
export {
  type BackgroundData,
  backgroundBatches,
  type BackgroundOptions,
  type LoadedPicture,
} from './train/batches/backgroundBatches.ts';
export { checkFigures, figureNames, type Measured } from './metrics/bestFigure.ts';
export {
  type FoundCheckpoint,
  listCheckpoints,
  loadCheckpoint,
  newestCheckpoint,
  openCheckpoint,
  saveCheckpoint,
  type SavableOptimizer,
  type TrainingState,
} from './train/checkpoints/checkpoint.ts';
export { budget, type BudgetOptions } from './train/session/budget.ts';
export {
  AveragedWeights,
  emaWeights,
  type EmaOptions,
  lookahead,
  type LookaheadOptions,
} from './train/loop/averagedWeights.ts';
export { checkpointIndex, type CheckpointEntry } from './train/checkpoints/checkpointIndex.ts';
export { PlateauRate, type PlateauRateOptions, type Reduction } from './train/schedules/plateau.ts';
export { rateLog } from './train/record/rateLog.ts';
export type { RateOptions, StepRates } from './train/loop/rates.ts';
export { earlyStopping, type EarlyStoppingOptions } from './train/session/earlyStopping.ts';
export { createEmitter, type Emit, type TrainEventConsumer } from './train/record/emitter.ts';
export { buildModel } from './train/assembly/buildModel.ts';
export { type CountedHead, countedHeads } from './train/loss/countedHeads.ts';
export { type EvaluateOptions, type Evaluation, evaluate } from './train/evaluation/evaluate.ts';
export {
  type EventLog,
  openEventLog,
  readEventLog,
  type StoredEvent,
} from './train/record/eventLog.ts';
export {
  atTheBeginning,
  type BadStep,
  type CheckpointSaved,
  type EpochEnded,
  type EpochStarted,
  type EvaluationEnded,
  type EvaluationStepEnded,
  type Progress,
  type RunEnded,
  type RunStarted,
  type StageFacts,
  type RunStopping,
  type StepEnded,
  type StopRequested,
  type TrainEvent,
  type Warning,
} from './train/record/events.ts';
export {
  type Experiment,
  type ExperimentInput,
  resolveExperiment,
  type TrainingStage,
} from './train/experiment/experiment.ts';
export { fit, type FitOptions, type FitResult } from './train/loop/fit.ts';
export { type FreeMemory, freeMemory } from './train/memory/freeMemory.ts';
export { type GradientRule, jointGradients, separateGradients } from './train/loop/gradientRule.ts';
export type { HeadBatch, Outputs, PictureModel } from './train/loss/headBatches.ts';
export {
  headLoss,
  type HeadLoss,
  type HeadLossName,
  type HeadLossOptions,
} from './train/loss/headLoss.ts';
export { evaluationFacts, type HeadOptions, headOptions } from './train/assembly/headOptions.ts';
export { bestEpoch, bestFigures, epochsOf } from './train/record/history.ts';
export { type ImportedModelOptions, loadImportedModel } from './train/predict/importedModel.ts';
export { loadPublishedModel } from './train/predict/publishedModel.ts';
export { LearnedLossWeights } from './train/loss/learnedLossWeights.ts';
export {
  classificationLoss,
  type ClassificationLossOptions,
  type Loss,
} from './train/loss/loss.ts';
export { NumericError } from './train/loop/lossWatch.ts';
export {
  type BatchOptions,
  evaluationBatches,
  orderedBatches,
  shuffledBatches,
  trainingBatches,
  trainingTransforms,
} from './train/batches/pictureBatches.ts';
export type { ViewsName } from './train/experiment/settings.ts';
export { sampledBatches, type SampledBatchOptions } from './train/batches/sampledBatches.ts';
export { sideBySide } from './train/batches/sideBySide.ts';
export {
  type HeadPredictions,
  type HeadReport,
  PredictionRecord,
} from './train/evaluation/predictionRecord.ts';
export {
  type AnsweringModel,
  type AnswerOptions,
  answersTo,
  type HeadAnswer,
  type LabelProbability,
  type LoadOptions,
  loadTrainedModel,
  predictAttributes,
  predictFile,
  type TrainedModel,
} from './train/predict/predictor.ts';
export { saveTrainedModel, type TrainedModelFacts } from './train/predict/saveTrainedModel.ts';
export { projectedGradients } from './train/loop/projectedGradients.ts';
export {
  type RecipeConstants,
  recipeArguments,
  type RecipeValues,
} from './train/experiment/recipeArguments.ts';
export { resultsCsv } from './train/record/resultsCsv.ts';
export { openRunData, type PictureFacts, type RunData } from './train/runData/runData.ts';
export { publishedNames } from './train/runFolder/publishedRun.ts';
export {
  createRunFolder,
  openRunFolder,
  readLabels,
  type RunFolder,
  runFolderAt,
  writeLabels,
} from './train/runFolder/runFolder.ts';
export { lockRun, type RunLock, RunLockedError } from './train/runFolder/runLock.ts';
export { readRunRecord, type RunRecord, writeRunRecord } from './train/record/runRecord.ts';
export { runSaver, type Saver, type SaverOptions } from './train/checkpoints/saver.ts';
export type { SavedPart, SaveFailure } from './train/checkpoints/unsaved.ts';
export { peakEpochOf, triangle, type TriangleOptions } from './train/schedules/schedule.ts';
export {
  clipped,
  largestSuggestion,
  readCurve,
  saveCurve,
  suggestedRate,
  type SweepCurve,
} from './train/lrFinder/curve.ts';
export {
  findLearningRate,
  type FindLearningRateOptions,
} from './train/lrFinder/findLearningRate.ts';
export {
  fitOneCycle,
  type FitOneCycleOptions,
  type FitOneCycleResult,
} from './train/lrFinder/fitOneCycle.ts';
export { suggest, type Suggestions } from './train/lrFinder/suggestions.ts';
export { sweepExperiment, type SweepExperimentOptions } from './train/lrFinder/sweepExperiment.ts';
export type { SweepOptions } from './train/lrFinder/sweep.ts';
export type { SweepPoint } from './train/lrFinder/sweepPoint.ts';
export { cosine, type CosineOptions } from './train/schedules/cosine.ts';
export {
  createSchedule,
  type MadeSchedule,
  type RunLength,
  scheduleEntries,
  type ScheduleEntry,
} from './train/schedules/createSchedule.ts';
export { cyclic, type CyclicMode, type CyclicOptions } from './train/schedules/cyclic.ts';
export {
  type DecayOptions,
  epochSchedule,
  exponential,
  type ExponentialOptions,
  multiStep,
  type MultiStepOptions,
  restarts,
  type RestartsOptions,
  stepDecay,
  type StepDecayOptions,
  timeDecay,
  type TimeDecayOptions,
} from './train/schedules/decays.ts';
export {
  oneCycle,
  type OneCycleOptions,
  type RateAndMomentum,
} from './train/schedules/oneCycle.ts';
export { oneCycleTail, type OneCycleTailOptions } from './train/schedules/oneCycleTail.ts';
export {
  type PlateauState,
  type PlateauVerdict,
  ReduceOnPlateau,
  type ReduceOnPlateauOptions,
} from './train/schedules/reduceOnPlateau.ts';
export { sequence, type Stretch } from './train/schedules/sequence.ts';
export { freezeParts, trainUnfrozen } from './train/loop/freezing.ts';
export { runSession, type SessionOptions, type SessionResult } from './train/session/session.ts';
export { atStage, stageCount, type StageInput, withStage } from './train/experiment/stages.ts';
export {
  type StageBeginning,
  type StageOf,
  type StageOrigin,
  type StageSettingName,
  stageSettings,
} from './train/experiment/stageSettings.ts';
export type { StageStart } from './train/schedules/stageStart.ts';
export { startFrom, type StartReport } from './train/checkpoints/startWeights.ts';
export type { StageWork } from './train/session/stageWork.ts';
export {
  type Batch,
  disposeBatch,
  type EvaluationData,
  type TrainingData,
} from './train/batches/trainingData.ts';
export {
  setLearningRate,
  setMomentum,
  type StepObserver,
  type StepOptimizer,
  type StepParts,
  trainStep,
} from './train/loop/trainStep.ts';
export { type ComputeGradients, StepGraph, type StepInput } from './train/loop/stepGraph.ts';
export { viewLogits, type ViewLogitsOptions } from './train/evaluation/viewLogits.ts';
export { mirrorViews, oneView, type Views, viewsOf } from './train/evaluation/views.ts';
export {
  loadWeights,
  readWeights,
  saveWeights,
  type WeightsFacts,
  type WeightsName,
} from './train/checkpoints/weights.ts';
